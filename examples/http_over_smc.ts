/** An HTTP server over SMC, or over TCP if the client has no SMC. */
import { serveHttp } from "@berkeley/sockets/node";
import { SmcListener, smcSupport } from "@berkeley/sockets/smc";
import { parseArgs } from "@std/cli/parse-args";

const USAGE = `Usage: http_over_smc.ts [-a ADDRESS] [-p PORT]

  -a ADDRESS  the address to listen on (default 127.0.0.1)
  -p PORT     the port (default 8080; 0 chooses a free one)
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
Deno.addSignalListener("SIGINT", () => listener.close());
console.log(`listening on http://${listener.addr.hostname}:${listener.addr.port}/`);
await serveHttp(listener, async (request, { conn, remoteAddr }) => {
  const { pathname } = new URL(request.url);
  const { mode, fallback } = await conn.smc();
  const how = fallback === undefined ? mode : `${mode}: ${fallback.reason}`;
  console.log(`${remoteAddr?.hostname}:${remoteAddr?.port} ${request.method} ${pathname} (${how})`);
  return new Response(`${request.method} ${pathname}\n`);
});
Deno.exit(0);

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
