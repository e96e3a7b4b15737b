/**
 * Other people's programs over connections of this library: `node:net`, `node:http`, `node:tls` and what stands on them.
 *
 * - {@linkcode NodeStream} makes a `stream.Duplex` of a connection, for drivers that take a `net.Socket`.
 * - {@linkcode serveHttp} serves HTTP over a listener in the shape of `Deno.serve`; {@linkcode serveNode} gives a
 *   listener's connections to a server of Node's, and so to Express, Fastify and Hono.
 * - {@linkcode SocketAgent} and {@linkcode undiciConnector} make HTTP requests over connections of yours.
 * - {@linkcode startTls} begins TLS on a connection.
 * - {@linkcode toNodeSocket} and {@linkcode listenOn} give the descriptor itself to the runtime, on Deno and Node: faster,
 *   but the connection is then closed by the runtime, which loses the tail of what was written to SMC.
 *
 * @example Serve HTTP over shared memory
 * ```ts
 * import { SmcListener } from "@berkeley/sockets/smc";
 * import { listenOn } from "@berkeley/sockets/node";
 * import { assert } from "@std/assert";
 * import { createServer } from "node:http";
 *
 * const listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
 * const server = createServer((_, response) => void response.end("served over SMC, where the client has it"));
 * await listenOn(server, listener);
 * assert(server.listening);
 * await new Promise((resolve) => server.close(resolve));
 * ```
 *
 * @module
 */
export { listenOn } from "./listen_on.ts";
export { NodeStream, type NodeStreamOptions, type StreamConn } from "./node_stream.ts";
export { serveHttp, type ServeHttpInfo, type ServeHttpOptions } from "./serve_http.ts";
export { serveNode } from "./serve_node.ts";
export { type RequestTarget, SocketAgent } from "./socket_agent.ts";
export { startTls } from "./start_tls.ts";
export { toNodeSocket } from "./to_node_socket.ts";
export { type UndiciCallback, undiciConnector, type UndiciTarget } from "./undici_connector.ts";
