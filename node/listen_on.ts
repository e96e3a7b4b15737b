import { checkArgumentCount } from "../checks/argument_count.ts";
import { socketIn } from "../checks/check_socket.ts";
import { quoted } from "../checks/quoted.ts";
import { hooksOf } from "../socket/descriptor.ts";
import type { Server } from "node:net";
import type { SocketOwner } from "../socket/socket_owner.ts";
import { adopt } from "./_adopt.ts";

/**
 * Makes a server of `node:net`, `node:http` or `node:https` accept from a listener, also of AF_SMC, on Deno and Node.
 * The server takes over the listener's socket: closing the server closes it, and removes its file if it has one, as
 * Node's own servers do. `server.address()` is then the path.
 *
 * @param server The server, which must not listen yet.
 * @param listener A stream listener.
 * @returns A promise that is fulfilled once the server listens.
 * @throws {TypeError} If the socket does not listen, or its connections carry messages; it stays as it was.
 * @throws {Error} If the server already listens, or is closed before it listens; the socket is then closed.
 * @throws {SystemError} On Bun (`EOPNOTSUPP`), whose servers take no descriptor; the listener stays as it was: use
 * {@linkcode serveNode}.
 *
 * @see {@link https://nodejs.org/api/net.html#serverlistenhandle-backlog-callback | server.listen({ fd })}
 *
 * @example Usage
 * ```ts
 * import { TcpListener } from "@berkeley/sockets/inet";
 * import { listenOn } from "@berkeley/sockets/node";
 * import { assertEquals } from "@std/assert";
 * import { createServer } from "node:http";
 *
 * const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * const { port } = listener.addr;
 * const server = createServer((request, response) => void response.end(request.url));
 * await listenOn(server, listener);
 * const response = await fetch(`http://127.0.0.1:${port}/hello`, { headers: { connection: "close" } });
 * assertEquals(await response.text(), "/hello");
 * await new Promise((resolve) => server.close(resolve));
 * ```
 */
export async function listenOn(server: Server, listener: SocketOwner): Promise<void> {
  checkArgumentCount("call listenOn", arguments.length, "server", "listener");
  if (typeof server?.listen !== "function") {
    throw new TypeError(`Cannot listen as this is no server: current value is ${quoted(server)}`);
  }
  socketIn("pass a descriptor to node:net", listener);
  let stop = (): void => {};
  const listening = new Promise<void>((resolve, reject) => {
    const closed = (): void => reject(new Error("Cannot listen: the server was closed"));
    server.once("listening", resolve).once("error", reject).once("close", closed);
    stop = () => void server.off("listening", resolve).off("error", reject).off("close", closed);
  });
  const path = pathOf(listener);
  const removeFile = hooksOf(listener.socket).beforeClose;
  try {
    adopt(listener, "listen", (fd) => server.listen({ fd }));
    if (path !== undefined) lendPath(server, path, removeFile);
    await listening;
  } catch (error) {
    if (listener.socket.fd < 0) removeFile?.();
    throw error;
  } finally {
    stop();
  }
}

function pathOf(listener: SocketOwner): string | undefined {
  const { addr } = listener as { addr?: { path?: unknown } };
  return typeof addr?.path === "string" && addr.path !== "" ? addr.path : undefined;
}

/** What Node does only for a path that it has bound itself. When the server closes, its own methods are restored. */
function lendPath(server: Server, path: string, removeFile: (() => void) | undefined): void {
  const close = (callback?: (error?: Error) => void): Server => {
    removeFile?.(); // before the socket closes: afterwards the file may belong to another socket
    Reflect.deleteProperty(server, "address");
    Reflect.deleteProperty(server, "close");
    return server.close(callback);
  };
  Object.assign(server, { address: () => path, close });
}
