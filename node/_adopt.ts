import { socketIn } from "../checks/check_socket.ts";
import { C } from "../ffi/constants.ts";
import { libraryError } from "../ffi/error.ts";
import { runtime } from "../ffi/platform.ts";
import { Socket } from "../socket/socket.ts";
import type { SocketOwner } from "../socket/socket_owner.ts";
import { checkStream } from "./_check_stream.ts";

/**
 * Passes the descriptor of a stream or a stream listener to `node:net`, which takes no others; Deno's leaks the
 * descriptor of a socket that cannot listen. If this fails, it closes the descriptor.
 */
export function adopt<T>(owner: SocketOwner, syscall: "read" | "listen", take: (fd: number) => T): T {
  const socket = socketIn("pass a descriptor to node:net", owner);
  checkStream("pass this socket to node:net as it carries", socket);
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
