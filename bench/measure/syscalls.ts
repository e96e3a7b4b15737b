/**
 * `syscalls.ts ADDRESS PID CONNECTIONS TRIPS`: the system calls of a server for each round trip of 64 bytes.
 *
 * @module
 */
const [address = "", pid = "", connections = "", trips = ""] = Deno.args;
const client = new URL("../../.cache/bench/echo_client", import.meta.url).pathname;

const log = await Deno.makeTempFile();
try {
  const strace = new Deno.Command("strace", {
    args: ["-c", "-f", "-U", "name,calls", "-p", pid, "-o", log],
    stderr: "piped",
  }).spawn();
  const messages = strace.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const { value: first = "" } = await messages.read(); // it says when it has attached
  if (!first.includes("attached")) throw new Error(`Cannot trace process ${pid}: ${first.trim()}`);
  const drained = drain(messages);
  const args = ["echo", "--address", address, "--connections", connections, "--trips", trips, "--warmup", "0"];
  const { success, stdout } = await new Deno.Command(client, { args, stderr: "inherit" }).output();
  strace.kill("SIGINT");
  await strace.status;
  await drained;
  if (!success) throw new Error("Cannot count: the client failed");
  const done: { trips: number } = JSON.parse(new TextDecoder().decode(stdout));
  report(await Deno.readTextFile(log), done.trips);
} finally {
  await Deno.remove(log);
}

/** Reads lines of `name calls`; the connecting and the few calls of other threads stay in. */
function report(table: string, done: number): void {
  const calls = [...table.matchAll(/^\s*(\w+)\s+(\d+)\s*$/gm)]
    .map(([, name = "", count]) => ({ name, each: Number(count) / done }))
    .filter(({ name }) => name !== "total");
  const value = calls.reduce((sum, { each }) => sum + each, 0);
  const note = calls.filter(({ each }) => each >= 0.01).map(({ name, each }) => `${name} ${each.toFixed(2)}`).join(
    ", ",
  );
  console.log(JSON.stringify({ value, note }));
}

async function drain(reader: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await reader.read()).done);
}
