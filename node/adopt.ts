import { C } from "../ffi/constants.ts";
import { libraryError } from "../ffi/error.ts";
import { runtime } from "../ffi/platform.ts";
import { Socket } from "../socket/socket.ts";
import type { SocketOwner } from "../socket/socket_owner.ts";

/**
 * Gives a stream's descriptor to something of `node:net`, which cannot take one of another type. If that fails, the
 * descriptor is closed.
 */
export function adopt<T>(owner: SocketOwner, syscall: string, take: (fd: number) => T): T {
  const { socket } = owner;
  if (socket.getOption(C.SOL_SOCKET, C.SO_TYPE) !== C.SOCK_STREAM) {
    throw new TypeError("Cannot give this socket to node:net as it carries messages: only a stream can be given");
  }
  if (runtime() === "bun") {
    throw libraryError(
      "EOPNOTSUPP",
      syscall,
      "Cannot give a descriptor to node:net on Bun, which ignores it: use the Web Streams, as in Duplex.fromWeb(conn)",
    );
  }
  const fd = owner.detach();
  try {
    return take(fd);
  } catch (error) {
    Socket.fromFd(fd).close();
    throw error;
  }
}
