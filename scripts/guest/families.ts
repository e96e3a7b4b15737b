/**
 * Tests the families that few kernels have, in two guests at once: one would leave a processor idle.
 *
 * @module
 */

interface Guest {
  /** Options of `scripts/guest/main.ts`. */
  options: string;
  /** What a shell runs in it. */
  command: string;
}

const DENO_TEST = "deno test -A --no-check";
const GUESTS: Guest[] = [
  {
    options: "--modules vsock,can,alg,sctp,tun,numbers",
    command:
      `${DENO_TEST} tests/alg tests/blocking/families_test.ts tests/can tests/families tests/sctp tests/tun tests/vsock`,
  },
  {
    options: "--modules bluetooth,tipc,can,alg --runtimes",
    command:
      `${DENO_TEST} tests/bluetooth tests/tipc && deno run -A --no-check scripts/guest/run_suite.ts tests/alg tests/can`,
  },
];

const children = GUESTS.map(start);
const [first, ...others] = children.map(({ stdout }) => stdout);
// One output after the other, and the first as it comes.
const kept = others.map((output) => Array.fromAsync(output));
await first?.pipeTo(Deno.stdout.writable, { preventClose: true });
for (const chunks of kept) {
  await ReadableStream.from(await chunks).pipeTo(Deno.stdout.writable, { preventClose: true });
}
const statuses = await Promise.all(children.map(({ status }) => status));
Deno.exit(statuses.every(({ success }) => success) ? 0 : 1);

function start({ options, command }: Guest): Deno.ChildProcess {
  const main = new URL("main.ts", import.meta.url).pathname;
  const args = ["run", "-A", main, ...options.split(" "), "--timeout", "900", "--", "sh", "-c", command];
  return new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped" }).spawn();
}
