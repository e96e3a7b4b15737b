/**
 * csmc.c and pysmc.py (which cannot work), call by call: a server that echoes one client over AF_SMC, and the client.
 */
import { BlockingSocket } from "@berkeley/sockets/blocking";
import { C } from "@berkeley/sockets/ffi";
import { tcpAddrCodec } from "@berkeley/sockets/inet";
import { AF_SMC, SMCPROTO_SMC, smcSupport } from "@berkeley/sockets/smc";
import { SO_REUSEADDR } from "@berkeley/sockets/socket";
import { parseArgs } from "@std/cli/parse-args";
import { printable } from "../shared/printable.ts";

const USAGE = `Usage: csmc.ts -s [-a ADDRESS] [-p PORT]
       csmc.ts -c -a ADDRESS [-p PORT]

  -s          serve one client, and echo what it sends
  -c          connect, send "Hello, world", and read it back
  -a ADDRESS  the address to listen on (default 0.0.0.0) or to connect to
  -p PORT     the port (default 50000)
  -h, --help  show this

Without AF_SMC in the kernel it runs over TCP, and stderr says so.`;

const args = parseArgs(Deno.args, {
  boolean: ["s", "c", "help"],
  string: ["a", "p"],
  alias: { h: "help" },
  default: { p: "50000" },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (args.s === args.c) usageError("pass either -s or -c");
if (args.c && args.a === undefined) usageError("-c needs -a ADDRESS");
if (!/^\d+$/.test(args.p) || Number(args.p) > 65535) usageError(`the port must be 0 to 65535: ${args.p}`);

const { supported, reason } = smcSupport();
if (!supported) console.error(`csmc: running over TCP. ${reason}`);
const [family, protocol] = supported ? [AF_SMC, SMCPROTO_SMC] : [C.AF_INET, 0];
const addr = { hostname: args.a ?? "0.0.0.0", port: Number(args.p) };
const buffer = new Uint8Array(1024);
const textOf = (n: number): string => printable(new TextDecoder().decode(buffer.subarray(0, n)));
try {
  if (args.s) server();
  else client();
} catch (error) {
  console.error(`csmc: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

function server(): void {
  using sock = BlockingSocket.open(family, C.SOCK_STREAM, { protocol, codec: tcpAddrCodec });
  sock.set(SO_REUSEADDR, true);
  sock.bind(addr);
  sock.listen(1);
  using conn = sock.accept();
  console.log("New client connection");
  for (;;) {
    const n = conn.recv(buffer);
    if (n === 0) break;
    console.log(`Read ${n} bytes from client: ${textOf(n)}`);
    conn.sendall(buffer.subarray(0, n));
    console.log(`Sent ${n} bytes to client: ${textOf(n)}`);
  }
}

function client(): void {
  using sock = BlockingSocket.open(family, C.SOCK_STREAM, { protocol, codec: tcpAddrCodec });
  sock.connect(addr);
  console.log("Connected to server");
  const hello = new TextEncoder().encode("Hello, world");
  sock.sendall(hello);
  console.log(`Sent ${hello.length} bytes to server: Hello, world`);
  const n = sock.recv(buffer.subarray(0, hello.length), { flags: C.MSG_WAITALL });
  console.log(`Read ${n} bytes from server: ${textOf(n)}`);
}

function usageError(message: string): never {
  console.error(`csmc: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
