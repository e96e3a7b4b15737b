import { quoted } from "../checks/quoted.ts";
import { C } from "../ffi/constants.ts";
import { libraryError } from "../ffi/error.ts";
import { runtime } from "../ffi/platform.ts";
import { Socket } from "../socket/socket.ts";
import type { SocketOwner } from "../socket/socket_owner.ts";

/**
 * Passes the descriptor of a stream or a stream listener to `node:net`, which takes no others; Deno's leaks the
 * descriptor of a socket that cannot listen. If this fails, it closes the descriptor.
 */
export function adopt<T>(owner: SocketOwner, syscall: "read" | "listen", take: (fd: number) => T): T {
  checkOwner(owner);
  const { socket } = owner;
  if (socket.getOption(C.SOL_SOCKET, C.SO_TYPE) !== C.SOCK_STREAM) {
    throw new TypeError("Cannot pass this socket to node:net as it carries messages: only streams are possible");
  }
  const listens = socket.getOption(C.SOL_SOCKET, C.SO_ACCEPTCONN) !== 0;
  if (listens !== (syscall === "listen")) {
    throw new TypeError(
      `Cannot ${syscall} by node:net on this socket as it ${listens ? "listens" : "does not listen"}`,
    );
  }
  if (runtime() === "bun") {
    const text = "Cannot pass a descriptor to node:net on Bun, which ignores it: use ";
    const instead = listens ? "serveNode(server, listener)" : "new NodeStream(conn)";
    throw libraryError("EOPNOTSUPP", syscall, text + instead);
  }
  const fd = owner.detach();
  try {
    return take(fd);
  } catch (error) {
    Socket.fromFd(fd).close();
    throw error;
  }
}

/** Refuses what has no socket, such as a promise of a connection. */
export function checkOwner(owner: SocketOwner): void {
  if (typeof owner?.socket?.getOption === "function") return;
  throw new TypeError(`Cannot pass what has no socket to node:net: current value is ${quoted(owner)}`);
}
