/**
 * `idle_memory.ts ADDRESS PID CONNECTIONS`: how much the resident memory of a server grows with each connection, beyond
 * the first thousand.
 *
 * What the kernel keeps for a socket is no process's memory and not in it.
 *
 * @module
 */
import { delay, whileIdle } from "./idle_client.ts";
import { resident } from "./process.ts";

const [address = "", pid = "", connections = ""] = Deno.args;
const count = Number(connections);

/** The first connections load code, and grow the pools of the runtime: they are no cost of a connection. */
const WARM = 1000;

const [before, after] = await whileIdle(address, WARM, async () => {
  await delay(100);
  return [await resident(Number(pid)), await whileIdle(address, count, () => resident(Number(pid)))];
});
console.log(JSON.stringify({ value: (after - before) / count, before, after }));
