import { checkArgumentCount } from "../checks/argument_count.ts";
import type { Server } from "node:net";
import type { Conn } from "../socket/conn.ts";
import type { Listener } from "../socket/listener.ts";
import { passConnections } from "./_pass_connections.ts";
import { NodeStream } from "./node_stream.ts";

/**
 * Passes the connections of a listener to a server of `node:net`, `node:http`, `node:https` or `node:tls`, on Deno,
 * Node and Bun: Express, Fastify and Hono use such a server. The caller still owns the listener. During that time
 * `server.listening` is true, although the server has no socket of its own.
 *
 * On Bun, `https.Server` does not accept such connections, but `tls.Server` and the others do.
 *
 * The server's own options apply, such as `headersTimeout`, but not `maxConnections`, and on Bun no timeouts. The server
 * emits `listening`. Close the listener, then the server.
 *
 * @param server The server.
 * @param listener A stream listener: TCP, AF_UNIX, SMC, …
 * @returns A promise that is fulfilled when the listener is closed.
 * @throws {TypeError} If the connections carry messages.
 * @throws {SystemError} If accepting fails.
 *
 * @example HTTP over a unix socket
 * ```ts
 * import { serveNode, SocketAgent } from "@berkeley/sockets/node";
 * import { UnixConn, UnixListener } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 * import { createServer, get, type IncomingMessage } from "node:http";
 *
 * using listener = UnixListener.listen({ autobind: true });
 * const server = createServer((request, response) => void response.end(request.url));
 * const serving = serveNode(server, listener);
 * const agent = new SocketAgent(() => UnixConn.connect(listener.addr));
 * const response = await new Promise<IncomingMessage>((resolve) => get("http://unix/hello", { agent }, resolve));
 * assertEquals(String(await response.take(1).toArray()), "/hello");
 * agent.destroy();
 * listener.close();
 * await serving;
 * server.close();
 * ```
 */
export async function serveNode(server: Server, listener: Listener<unknown, Conn<unknown>>): Promise<void> {
  checkArgumentCount("call serveNode", arguments.length, "server", "listener");
  await passConnections(server, listener, NodeStream);
}
