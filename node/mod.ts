/**
 * Use connections of this library with `node:net`, `node:http`, `node:tls` and the packages that build on them.
 *
 * - {@linkcode NodeStream} makes a `stream.Duplex` from a connection, for drivers that take a `net.Socket`.
 * - {@linkcode serveHttp} serves HTTP over a listener in the shape of `Deno.serve`; {@linkcode serveNode} passes a
 *   listener's connections to a Node server, and so to Express, Fastify and Hono.
 * - {@linkcode SocketAgent} and {@linkcode undiciConnector} make HTTP requests over your own connections.
 * - {@linkcode startTls} starts TLS on a connection.
 * - {@linkcode toNodeSocket} and {@linkcode listenOn} pass the descriptor itself to the runtime, on Deno and Node.
 *   That is faster, but the runtime then closes the connection, which loses the last data written to SMC.
 *
 * @example Serve HTTP over shared memory
 * ```ts
 * import { SmcListener } from "@berkeley/sockets/smc";
 * import { listenOn } from "@berkeley/sockets/node";
 * import { assert } from "@std/assert";
 * import { createServer } from "node:http";
 *
 * const listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
 * const server = createServer((_, response) => void response.end("served over SMC, if the client supports it"));
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
export { startTls, type StartTlsOptions } from "./start_tls.ts";
export { toNodeSocket } from "./to_node_socket.ts";
export { type UndiciCallback, undiciConnector, type UndiciTarget } from "./undici_connector.ts";
