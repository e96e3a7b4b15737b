/**
 * `idle_cpu.ts ADDRESS PID CONNECTIONS SECONDS`: the processor time of a server while its connections are idle.
 *
 * The value is utime + stime in ticks, as `/proc/PID/stat` counts them; `microseconds` is the scheduler's finer count.
 *
 * @module
 */
import { delay, whileIdle } from "./idle_client.ts";
import { processorTime } from "./process.ts";

const [address = "", pid = "", connections = "", seconds = ""] = Deno.args;

await whileIdle(address, Number(connections), async () => {
  await delay(1000); // the runtime tidies up behind the connecting
  const [ticks, microseconds] = [await ticksOf(), await processorTime(Number(pid))];
  await delay(Number(seconds) * 1000);
  console.log(JSON.stringify({
    value: await ticksOf() - ticks,
    microseconds: Math.round(await processorTime(Number(pid)) - microseconds),
  }));
});

async function ticksOf(): Promise<number> {
  const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" "); // the third field of proc_pid_stat(5) and on
  return Number(fields[11]) + Number(fields[12]);
}
