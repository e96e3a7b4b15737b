/**
 * `terminate_program.ts WORKERS`: how many descriptors and threads stay behind Workers that are terminated while they wait on a
 * socket, after the first hundred and after all. Prints a line of JSON.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import process from "node:process";
import { Worker } from "node:worker_threads";

const total = Number(process.argv.at(-1));
const TOGETHER = 10;
const inet = new URL("../../inet/mod.ts", import.meta.url);
const source = `
import { parentPort } from "node:worker_threads";
import { TcpListener } from "${inet}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
listener.accept().catch(() => {});
setTimeout(() => parentPort.postMessage("waits"), 5);
`;
const url = new URL(`data:text/javascript,${encodeURIComponent(source)}`);

const first = counts();
let early: typeof first | undefined;
const begin = performance.now();
let done = 0;
try {
  while (done < total) {
    const together = Math.min(TOGETHER, total - done);
    await Promise.all(Array.from({ length: together }, runOne));
    done += together;
    if (done === 100) early = counts();
  }
} catch (error) {
  console.error(`after ${done} Workers: ${error}`);
}
await new Promise((resolve) => setTimeout(resolve, 1000));
const seconds = Math.round((performance.now() - begin) / 1000);
console.log(JSON.stringify({ workers: done, seconds, first, early, last: counts() }));
process.exit(0);

async function runOne(): Promise<void> {
  const worker = new Worker(url, { execArgv: [] });
  const failed = new Promise((_, reject) => worker.once("error", reject));
  const gone = new Promise((resolve) => worker.once("exit", resolve));
  await Promise.race([new Promise((resolve) => worker.once("message", resolve)), failed]);
  await worker.terminate();
  await gone;
}

function counts(): { descriptors: number; threads: number; megabytes: number } {
  return {
    descriptors: readdirSync("/proc/self/fd").length,
    threads: readdirSync("/proc/self/task").length,
    megabytes: Math.round(process.memoryUsage().rss / 2 ** 20),
  };
}
