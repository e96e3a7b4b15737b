import type { Server } from "node:net";
import type { Conn } from "../socket/conn.ts";
import type { Listener } from "../socket/listener.ts";
import { NodeStream } from "./node_stream.ts";

/**
 * Gives a server of `node:net`, `node:http`, `node:https` or `node:tls` the connections of a listener, on Deno, Node and
 * Bun: Express, Fastify and Hono stand on such a server. The listener stays the caller's. Meanwhile `server.listening` is true, though the server has no socket of its own.
 *
 * On Bun, `https.Server` takes no such connections: `tls.Server` and the others do.
 *
 * The server's own options hold, such as `maxConnections` and `headersTimeout`. Close the listener, then the server.
 *
 * @param server The server.
 * @param listener A listener of streams: TCP, AF_UNIX, SMC, …
 * @returns Fulfilled when the listener is closed.
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
  const allowHalfOpen = "allowHalfOpen" in server ? Boolean(server.allowHalfOpen) : true;
  // Deno's http.Server keeps a connection for another request only as long as it listens.
  Object.defineProperty(server, "listening", { value: true, configurable: true });
  try {
    for await (const conn of listener) server.emit("connection", new NodeStream(conn, { allowHalfOpen }));
  } finally {
    Reflect.deleteProperty(server, "listening");
  }
}
