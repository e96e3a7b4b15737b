/**
 * Tests the families that few kernels have, in two guests at once: one would leave a processor idle.
 *
 * @module
 */

interface Guest {
  /** Options of `scripts/guest/main.ts`. */
  options: string;
  /** The tests that run on Deno. */
  onDeno: string;
  /** The tests that run on Node and Bun. */
  elsewhere: string;
}

const GUESTS: Guest[] = [
  {
    options: "--modules vsock,can,alg,sctp,tun,numbers --runtimes",
    onDeno: "tests/alg tests/blocking/families_test.ts tests/can tests/families tests/sctp tests/tun tests/vsock",
    elsewhere: "tests/vsock/http tests/vsock/vsock",
  },
  {
    options: "--modules bluetooth,tipc,can,alg --runtimes",
    onDeno: "tests/bluetooth tests/tipc",
    elsewhere: "tests/alg tests/can",
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

function start({ options, onDeno, elsewhere }: Guest): Deno.ChildProcess {
  const command = `deno test -A --no-check ${onDeno}; code=$?` +
    `; deno run -A --no-check scripts/guest/run_suite.ts ${elsewhere} && exit $code`;
  const main = new URL("main.ts", import.meta.url).pathname;
  const args = ["run", "-A", main, ...options.split(" "), "--timeout", "1200", "--", "sh", "-c", command];
  return new Deno.Command(Deno.execPath(), { args, stdin: "null", stdout: "piped" }).spawn();
}
