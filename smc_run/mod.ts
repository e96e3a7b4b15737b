/**
 * Runs an unmodified program of Node over SMC, as `smc_run` of smc-tools does for programs in C: its TCP connections and
 * servers become AF_SMC, which falls back to TCP where the peer, or the kernel, has no SMC.
 *
 * It replaces `net.connect()` and `listen()` of `net.Server`, and with them what is built on these: `http.request()`,
 * Node's `fetch()` of `http:` URLs, Express, Fastify, and drivers such as ioredis. Errors of connecting and listening have
 * the fields of Node's. Unix sockets, `tls.connect()` (so `https:` URLs), `new net.Socket().connect()` and the workers of
 * `node:cluster` stay as they are, and so do connections with the options `onread`, `blockList` or `typeOfService`, and
 * servers with `blockList`, `ipv6Only` or `reusePort`, which only Node's own sockets have. A server without a host listens
 * on IPv4 only, since SMC-R has no IPv6.
 *
 * Importing this module is what does it; it is for Node on Linux. Elsewhere it does nothing: Deno and Bun have their
 * own `fetch()` and servers, which do not use `node:net`.
 *
 * @see {@link https://man7.org/linux/man-pages/man8/smc_run.8.html | smc_run(8)}
 *
 * @example A server, over SMC
 * ```sh
 * node --import @berkeley/sockets/smc_run server.js
 * ```
 *
 * @module
 */
import { platform, runtime } from "../ffi/platform.ts";
import { runOverSmc } from "./_run_over_smc.ts";

if (runtime() === "node" && platform().os === "linux") runOverSmc();
