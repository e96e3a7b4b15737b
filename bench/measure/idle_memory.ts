/**
 * `idle_memory.ts ADDRESS PID CONNECTIONS`: how much the resident memory of a server grows with each
 * connection, beyond the first thousand.
 *
 * SIGUSR2 has the server collect its garbage first. What the kernel keeps for a socket is no process's memory and not in it.
 *
 * @module
 */
import { delay, whileIdle } from "./idle_client.ts";

const [address = "", pid = "", connections = ""] = Deno.args;
const count = Number(connections);

/** The first connections load code, and grow the pools of the runtime: they are no cost of a connection. */
const WARM = 1000;

const [before, after] = await whileIdle(address, WARM, async () => {
  await delay(100);
  return [await resident(), await whileIdle(address, count, resident)];
});
console.log(JSON.stringify({ value: (after - before) / count, before, after }));

/** Bytes in memory, after all garbage has gone. */
async function resident(): Promise<number> {
  for (let time = 0; time < 2; time++) {
    Deno.kill(Number(pid), "SIGUSR2");
    await delay(300);
  }
  const rollup = await Deno.readTextFile(`/proc/${pid}/smaps_rollup`);
  const kilobytes = rollup.match(/^Rss:\s+(\d+) kB/m)?.[1];
  if (kilobytes === undefined) throw new Error(`Cannot read the memory of process ${pid}`);
  return Number(kilobytes) * 1024;
}
