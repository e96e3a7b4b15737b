import { C } from "../ffi/constants.ts";
import type { Socket } from "../socket/socket.ts";

/**
 * Refuses an open socket that carries messages.
 *
 * @param action What the call does, for the error: `Cannot <action> messages: …`.
 * @throws {TypeError} If the socket is not of `SOCK_STREAM`.
 */
export function checkStream(action: string, socket: Socket): void {
  if (socket.fd < 0 || socket.getOption(C.SOL_SOCKET, C.SO_TYPE) === C.SOCK_STREAM) return;
  throw new TypeError(`Cannot ${action} messages: only streams are possible`);
}
