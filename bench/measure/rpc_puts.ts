/**
 * `rpc_puts.ts ADDRESS SECONDS FLIGHT`: PUTs of 100 bytes to the dictionary per second on one connection, with FLIGHT in
 * flight.
 *
 * @module
 */
import type { Dictionary } from "@berkeley/sockets/dictionary";
import { TcpConn } from "@berkeley/sockets/inet";
import { RpcClient } from "@berkeley/sockets/rpc";
import { callsPerSecond } from "./calls_per_second.ts";

const [address = "", seconds, flight] = Deno.args;
const [hostname = "", port] = address.split(":");
using client = new RpcClient<Dictionary>(await TcpConn.connect({ hostname, port: Number(port) }));
const val = "x".repeat(100);
let puts = 0;
const value = await callsPerSecond(Number(seconds), Number(flight), async () => {
  // Another value each time: SQLite writes nothing to the disk for one that has not changed.
  await client.call("PUT", { obj: `name${puts % 1000}`, val: `${val}${puts++}` });
});
console.log(JSON.stringify({ value }));
