/** Checks whether connections are really SMC, like smc_chk: starts a server and a client, or checks an address. */
import { SmcConn, SmcListener, type SmcStatus, smcSupport } from "@berkeley/sockets/smc";
import { parseArgs } from "@std/cli/parse-args";
import { isSeconds } from "./shared/seconds.ts";

const USAGE = `Usage: smc_check.ts [-a ADDRESS] [-p PORT] [-t SECONDS] [-s]

  -a ADDRESS  connect to ADDRESS (default: its own server on 127.0.0.1)
  -p PORT     the port (default 37373); needs -a or -s
  -t SECONDS  how long to wait for the connection (default 10)
  -s          only serve, on ADDRESS (default 127.0.0.1; 0.0.0.0 for checks from other machines)
  -h, --help  show this

Exit code: 0 SMC, 1 TCP, 2 invalid arguments, 3 no connection.`;

const args = parseArgs(Deno.args, {
  boolean: ["s", "help"],
  string: ["a", "p", "t"],
  alias: { h: "help" },
  default: { t: "10" },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (args.p !== undefined && args.a === undefined && !args.s) usageError("-p needs -a ADDRESS or -s");
const { p = "37373" } = args;
if (!/^\d+$/.test(p) || Number(p) > 65535) usageError(`the port must be 0 to 65535: ${p}`);
if (!isSeconds(args.t)) usageError(`-t needs a number of seconds: ${args.t}`);
const port = Number(p);
const timeout = Number(args.t) * 1000;

const { supported, reason, advice } = smcSupport();
if (!supported) console.log(`This system has no SMC: ${reason}\n${advice}`);
try {
  if (args.s) await serve(args.a ?? "127.0.0.1");
  else Deno.exit(await check());
} catch (error) {
  console.error(`smc_check: ${error instanceof Error ? error.message : error}`);
  Deno.exit(3);
}

async function serve(hostname: string): Promise<void> {
  using listener = SmcListener.listen({ hostname, port, unsupported: "tcp" });
  Deno.addSignalListener("SIGINT", () => Deno.exit(0));
  console.log(`listening on ${listener.addr.hostname}:${listener.addr.port}`);
  for await (const conn of listener) {
    console.log(describe(`client ${conn.remoteAddr.hostname}`, await conn.smc()));
    conn.readable.pipeTo(conn.writable).catch(() => {}); // the client has reset its connection
  }
}

async function check(): Promise<number> {
  const own = args.a === undefined;
  using listener = own ? SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" }) : undefined;
  const accepted = listener?.accept({ timeout });
  accepted?.catch(() => {}); // awaited below, unless connecting fails first
  const hostname = args.a ?? "127.0.0.1";
  using conn = await SmcConn.connect({ hostname, port: listener?.addr.port ?? port, timeout, unsupported: "tcp" });
  const status = await conn.smc();
  console.log(describe(`connection to ${hostname}`, status));
  (await accepted)?.close();
  return status.mode === "tcp" ? 1 : 0;
}

function describe(what: string, { mode, fallback }: SmcStatus): string {
  if (fallback === undefined) return `${what}: ${mode.toUpperCase()}`;
  const peer = fallback.peerReason === undefined ? "" : `\n  peer:   ${fallback.peerReason}`;
  const more = fallback.advice === advice ? "" : `\n  advice: ${fallback.advice}`; // already printed
  return `${what}: TCP\n  reason: ${fallback.reason}${peer}${more}`;
}

function usageError(message: string): never {
  console.error(`smc_check: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
