/**
 * `rpc_calls.ts ADDRESS SECONDS FLIGHT SIZE [--deno]`: calls per second on one connection, with FLIGHT calls in flight and
 * SIZE bytes of text each way.
 *
 * @module
 */
import { TcpConn } from "@berkeley/sockets/inet";
import { RpcClient } from "@berkeley/sockets/rpc";
import { callsPerSecond } from "./calls_per_second.ts";

const [address = "", seconds, flight, size] = Deno.args;
const [hostname = "", port] = address.split(":");
const to = { hostname, port: Number(port) };
const conn = Deno.args.includes("--deno") ? await Deno.connect(to) : await TcpConn.connect(to);
using client = new RpcClient(conn);
const text = "x".repeat(Number(size));
const value = await callsPerSecond(Number(seconds), Number(flight), async () => {
  const reply = await client.call("ECHO", text);
  if (reply !== text) throw new Error("the echo is another");
});
console.log(JSON.stringify({ value }));
