/** A timed transfer over TCP: the client sends for a while; the server counts the bytes and sends them back. */
import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
import { parseArgs } from "@std/cli/parse-args";

const USAGE = `Usage: throughput.ts -s [-a ADDRESS] [-p PORT]
       throughput.ts -c [-a ADDRESS] [-p PORT] [-t SECONDS] [-b BYTES]

  -s          serve one client: count what it sends, and send it back
  -c          send, read back, and compare the number of bytes
  -a ADDRESS  the address (default 127.0.0.1)
  -p PORT     the port (default 10000)
  -t SECONDS  how long to send (default 25)
  -b BYTES    bytes per write (default 65536)
  -h, --help  show this`;

const args = parseArgs(Deno.args, {
  boolean: ["s", "c", "help"],
  string: ["a", "p", "t", "b"],
  alias: { h: "help" },
  default: { a: "127.0.0.1", p: "10000" },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (args.s === args.c) usageError("pass either -s or -c");
if (args.s && (args.t !== undefined || args.b !== undefined)) usageError("-t and -b are for -c");
const port = numberOf("-p", args.p, 0, 65535, true);
const seconds = numberOf("-t", args.t ?? "25", 0, 3600);
const size = numberOf("-b", args.b ?? "65536", 1, 1 << 30, true);
let started = performance.now();
let total = 0;

try {
  await (args.s ? serve() : send());
} catch (error) {
  console.error(`throughput: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

async function serve(): Promise<void> {
  using listener = TcpListener.listen({ hostname: args.a, port });
  Deno.addSignalListener("SIGINT", () => Deno.exit(0));
  console.log(`waiting for a connection on ${listener.addr.hostname}:${listener.addr.port}`);
  using conn = await listener.accept();
  started = performance.now();
  console.log(`connection from ${conn.remoteAddr.hostname}:${conn.remoteAddr.port}`);
  await count(conn, (bytes) => conn.write(bytes));
  summarize("received and sent back");
}

async function send(): Promise<void> {
  using conn = await TcpConn.connect({ hostname: args.a, port });
  const back = count(conn);
  const message = new Uint8Array(size).fill(0x2e);
  let sent = 0;
  for (const end = started + seconds * 1000; performance.now() < end;) sent += await conn.write(message);
  await conn.closeWrite();
  await back;
  summarize("sent and read back");
  if (total !== sent) throw new Error(`${sent} bytes were sent, but ${total} came back`);
}

async function count(conn: TcpConn, use: (bytes: Uint8Array) => unknown = () => {}): Promise<void> {
  const buffer = new Uint8Array(Math.max(size, 65536));
  let before = { total, time: started };
  for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
    total += n;
    await use(buffer.subarray(0, n));
    const time = performance.now();
    if (time - before.time < 1000) continue;
    console.error(`${((time - started) / 1000).toFixed(0)} s: ${rate(total - before.total, time - before.time)}`);
    before = { total, time };
  }
}

function summarize(what: string): void {
  const elapsed = performance.now() - started;
  console.log(`${what} ${total} bytes in ${(elapsed / 1000).toFixed(1)} s: ${rate(total, elapsed)}`);
}

function rate(bytes: number, milliseconds: number): string {
  return `${(bytes / 1e3 / milliseconds).toFixed(1)} MB/s`;
}

function numberOf(name: string, text: string, least: number, most: number, whole = false): number {
  const value = Number(text);
  const isNumber = text !== "" && (!whole || Number.isInteger(value));
  if (!isNumber || !(value >= least && value <= most)) usageError(`${name} must be ${least} to ${most}: ${text}`);
  return value;
}

function usageError(message: string): never {
  console.error(`throughput: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
