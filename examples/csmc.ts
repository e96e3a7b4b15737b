/** A client and a server over AF_SMC, as csmc.c: the server echoes one client, the client says hello. */
import { SmcConn, SmcListener, smcSupport } from "@berkeley/sockets/smc";
import { parseArgs } from "@std/cli/parse-args";
import { printable } from "./shared/printable.ts";

const USAGE = `Usage: csmc.ts -s [-a ADDRESS] [-p PORT] [--require]
       csmc.ts -c -a ADDRESS [-p PORT] [--require]

  -s          serve one client, and echo what it sends
  -c          connect, send "Hello, world", and read it back
  -a ADDRESS  the address to listen on (default 0.0.0.0) or to connect to
  -p PORT     the port (default 50000)
  --require   fail if the connection is not SMC; by default it runs over TCP, and stderr says so
  -h, --help  show this`;

const args = parseArgs(Deno.args, {
  boolean: ["s", "c", "require", "help"],
  string: ["a", "p"],
  alias: { h: "help" },
  default: { p: "50000" },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
const decoder = new TextDecoder();
const buffer = new Uint8Array(1024);
const textOf = (n: number): string => printable(decoder.decode(buffer.subarray(0, n)));

if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (args.s === args.c) usageError("pass either -s or -c");
if (args.c && args.a === undefined) usageError("-c needs -a ADDRESS");
if (!/^\d+$/.test(args.p) || Number(args.p) > 65535) usageError(`the port must be 0 to 65535: ${args.p}`);

const { supported, reason } = smcSupport();
if (!supported && !args.require) console.error(`csmc: running over TCP. ${reason}`);
const options = {
  port: Number(args.p),
  unsupported: args.require ? "throw" : "tcp",
  fallback: args.require ? "refuse" : "allow",
} as const;
try {
  await (args.s ? serve(args.a ?? "0.0.0.0") : connect(args.a));
} catch (error) {
  console.error(`csmc: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

async function serve(hostname: string): Promise<void> {
  using listener = SmcListener.listen({ ...options, hostname });
  Deno.addSignalListener("SIGINT", () => Deno.exit(0));
  using conn = await listener.accept();
  console.log("New client connection");
  for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
    const text = textOf(n);
    console.log(`Read ${n} bytes from client: ${text}`);
    await conn.write(buffer.subarray(0, n));
    console.log(`Sent ${n} bytes to client: ${text}`);
  }
}

async function connect(hostname: string): Promise<void> {
  using conn = await SmcConn.connect({ ...options, hostname });
  console.log("Connected to server");
  const hello = new TextEncoder().encode("Hello, world");
  await conn.write(hello);
  console.log(`Sent ${hello.length} bytes to server: Hello, world`);
  for (let total = 0; total < hello.length;) {
    const n = await conn.read(buffer);
    if (n === null) throw new Error("the server closed the connection before echoing everything");
    total += n;
    console.log(`Read ${total} bytes from server: ${textOf(n)}`);
  }
}

function usageError(message: string): never {
  console.error(`csmc: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
