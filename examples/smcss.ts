/** Prints a table of the SMC sockets on this system, like smcss, with the reasons for TCP in words. */
import { listSmcSockets, type SmcSocketInfo } from "@berkeley/sockets/smc";
import { parseArgs } from "@std/cli/parse-args";
import { isSeconds } from "./shared/seconds.ts";
import { plainNumbers, printTable, showEvery } from "./shared/table.ts";

const USAGE = `Usage: smcss.ts [--all] [--json] [--watch [SECONDS]]

  -a, --all              also listeners and pending sockets
      --json             one array with everything that the kernel reports
      --watch [SECONDS]  repeat the table, every 2 seconds by default
  -h, --help             show this`;

const COLUMNS = ["State", "UID", "Inode", "Local Address", "Peer Address", "Mode", "Device", "Why TCP"];

const args = parseArgs(Deno.args, {
  boolean: ["all", "json", "help"],
  string: ["watch"],
  alias: { a: "all", h: "help" },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const seconds = args.watch === undefined ? undefined : Number(args.watch || "2");
if (seconds !== undefined && !isSeconds(`${seconds}`)) usageError(`--watch needs a number of seconds: ${args.watch}`);
if (seconds !== undefined) Deno.addSignalListener("SIGINT", () => Deno.exit(0));
try {
  await showEvery(seconds, show);
} catch (error) {
  console.error(`smcss: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

async function show(): Promise<void> {
  const sockets = (await listSmcSockets()).filter(({ mode }) => args.all || mode !== undefined);
  if (args.json) console.log(JSON.stringify(sockets, plainNumbers, 2));
  else printTable([COLUMNS, ...sockets.map(rowOf)], "  ");
}

function rowOf(info: SmcSocketInfo): string[] {
  const { state, uid, inode, mode, link, fallback } = info;
  const [local, remote] = [info.localAddr, info.remoteAddr].map(({ hostname, port }) => {
    return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
  });
  const reasons = [fallback?.reason, fallback?.peerReason === undefined ? undefined : `peer: ${fallback.peerReason}`];
  const why = reasons.filter((reason) => reason !== undefined).join("; ");
  return [state, `${uid}`, `${inode}`, local ?? "", remote ?? "", mode?.toUpperCase() ?? "", link?.device ?? "", why];
}

function usageError(message: string): never {
  console.error(`smcss: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
