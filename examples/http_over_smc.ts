/** An HTTP server over SMC: any server on a unix socket, to which each connection is relayed, so that nothing is lost. */
import { type SmcConn, SmcListener, smcSupport } from "@berkeley/sockets/smc";
import { UnixConn } from "@berkeley/sockets/unix";
import { parseArgs } from "@std/cli/parse-args";

const USAGE = `Usage: http_over_smc.ts [-a ADDRESS] [-p PORT]

  -a ADDRESS  the address to listen on (default 127.0.0.1)
  -p PORT     the port (default 8080; 0 takes a free one)
  -h, --help  show this`;

const args = parseArgs(Deno.args, {
  boolean: ["help"],
  string: ["a", "p"],
  alias: { h: "help" },
  default: { a: "127.0.0.1", p: "8080" },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (!/^\d+$/.test(args.p) || Number(args.p) > 65535) usageError(`the port must be 0 to 65535: ${args.p}`);

const { supported, reason } = smcSupport();
if (!supported) console.error(`http_over_smc: running over TCP. ${reason}`);
const listener = listen();
const folder = Deno.makeTempDirSync();
const path = `${folder}/http`;
const server = Deno.serve({ path, onListen: () => {} }, (request) => {
  return new Response(`${request.method} ${new URL(request.url).pathname}\n`);
});
Deno.addSignalListener("SIGINT", () => listener.close());
console.log(`listening on http://${listener.addr.hostname}:${listener.addr.port}/`);
for await (const conn of listener) void relay(conn);
await server.shutdown();
Deno.removeSync(folder, { recursive: true });
Deno.exit(0);

async function relay(conn: SmcConn): Promise<void> {
  try {
    const { mode } = await conn.smc();
    console.log(`${conn.remoteAddr.hostname}:${conn.remoteAddr.port} over ${mode.toUpperCase()}`);
    const inner = await UnixConn.connect({ path });
    await Promise.all([conn.readable.pipeTo(inner.writable), inner.readable.pipeTo(conn.writable)]);
  } catch (error) {
    conn.close();
    tell(error);
  }
}

function listen(): SmcListener {
  try {
    return SmcListener.listen({ hostname: args.a, port: Number(args.p), unsupported: "tcp" });
  } catch (error) {
    tell(error);
    Deno.exit(1);
  }
}

function tell(error: unknown): void {
  console.error(`http_over_smc: ${error instanceof Error ? error.message : error}`);
}

function usageError(message: string): never {
  console.error(`http_over_smc: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
