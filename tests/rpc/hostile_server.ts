/**
 * Serves hostile clients with the default limits, and a dictionary in the file; prints its port, then its memory for each
 * line of input.
 */
import process from "node:process";
import { dictionary, sqliteStore } from "../../dictionary/mod.ts";
import { TcpListener } from "../../inet/mod.ts";
import { RpcServer } from "../../rpc/mod.ts";

const MIB = 1024 * 1024;
const big = "x".repeat(8 * MIB - 200);
let most = 0;
let latest = performance.now();
let longest = 0;
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0, backlog: 4096 });
RpcServer.serve(listener, {
  ...dictionary(sqliteStore(process.argv[2] ?? "")),
  ECHO: (params: unknown) => params,
  LATER: (params: unknown) => new Promise((resolve) => setTimeout(() => resolve(typeof params), 300)),
  SLOW: (params: unknown) => new Promise((resolve) => setTimeout(() => resolve(typeof params), 5000)),
  BIG: () => big,
  BIG_LATER: () => new Promise((resolve) => setTimeout(() => resolve(big), 50)),
}, { maxConnections: 4096 });
setInterval(() => {
  const now = performance.now();
  longest = Math.max(longest, now - latest);
  latest = now;
  most = Math.max(most, process.memoryUsage.rss());
}, 10);
console.log(`listening on ${listener.addr.port}`);
process.stdin.on("data", () => {
  console.log(JSON.stringify({ most: Math.round(most / MIB), longest: Math.round(longest) }));
  longest = 0;
});
