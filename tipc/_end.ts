import { C } from "../ffi/constants.ts";
import { libc } from "../ffi/libc.ts";
import type { Socket } from "../socket/socket.ts";

/**
 * Lets the other end read the end of the connection: without it, close(2) is a reset. An ended connection refuses it
 * (`ENOTCONN`), which is fine.
 */
export function endTipc(socket: Socket): void {
  if (socket.fd >= 0) libc().shutdown(socket.fd, C.SHUT_RDWR);
}
