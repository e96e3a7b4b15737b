/**
 * Hand-over to `node:net` and `node:http`, on Deno and Node: the descriptor changes hands, and nothing is copied.
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
export { toNodeSocket } from "./to_node_socket.ts";
