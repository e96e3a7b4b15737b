/**
 * `idle_many.ts CONNECTIONS SECONDS SERVER…`: what so many idle connections cost a server: memory of each, how long it took
 * to accept all, and processor time over some seconds of silence.
 *
 * A process has no more descriptors than its hard limit says: where that is less, several servers share the connections,
 * each with a client and a loopback address of its own, and the sum counts.
 *
 * @module
 */
import { killAll, startServer } from "../command.ts";
import { delay, whileIdle } from "./idle_client.ts";
import { processorTime, resident } from "./process.ts";

const [connections = "", seconds = "", ...command] = Deno.args;
/** Connections that each server has before the count begins, and descriptors that it has besides. */
const WARM = 1000;
const OTHERS = 500;

const { stdout } = await new Deno.Command("sh", { args: ["-c", "ulimit -Hn"] }).output();
const limit = Number(new TextDecoder().decode(stdout)) || Infinity;
const total = Number(connections);
const servers = Math.ceil(total / Math.min(total, limit - WARM - OTHERS));
const each = Math.ceil(total / servers);

Deno.addSignalListener("SIGTERM", () => {
  killAll();
  Deno.exit(1);
});
const pids: number[] = [];
let memory = 0;
let connecting = 0;
await nested(0);

/** Starts a server, connects to it, and goes on with the next beside it; with the last, all is silent. */
async function nested(i: number): Promise<void> {
  if (i === servers) return await silence();
  const { address, pid, stop } = await startServer(command);
  try {
    await whileIdle(address, WARM, async () => {
      const before = await resident(pid);
      await whileIdle(address, each, async (took) => {
        connecting += took;
        memory += await resident(pid) - before;
        pids.push(pid);
        await nested(i + 1);
      }, `127.0.${i + 1}.1`);
    });
  } finally {
    await stop();
  }
}

async function silence(): Promise<void> {
  await delay(3000); // the runtimes tidy up behind the connecting
  const before = await spent();
  await delay(Number(seconds) * 1000);
  const milliseconds = (await spent() - before) / 1000;
  const where = servers === 1 ? "in one process" : `in ${servers} processes, as the limit is ${limit} descriptors each`;
  const note = `${each * servers} connections ${where}, connected and answered in ${connecting.toFixed(1)} s; ` +
    `${milliseconds.toFixed(1)} ms of processor time in ${seconds} s of silence`;
  console.log(JSON.stringify({ value: memory / each / servers, connecting, milliseconds, note }));
}

async function spent(): Promise<number> {
  let sum = 0;
  for (const pid of pids) sum += await processorTime(pid);
  return sum;
}
