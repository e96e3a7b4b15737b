/** Writes a line to the system log: one datagram to /dev/log, like syslog(3). */
import { UnixDatagramSocket } from "@berkeley/sockets/unix";
import { parseArgs } from "@std/cli/parse-args";

const FACILITY_USER = 1 << 3;
const SEVERITIES = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"];
const USAGE = `Usage: syslog.ts [--path PATH] [--severity ${SEVERITIES.join("|")}] [--tag TAG] TEXT…`;

const args = parseArgs(Deno.args, {
  string: ["_", "path", "severity", "tag"], // a word such as 007 must not become a number
  boolean: ["help"],
  alias: { h: "help" },
  default: { path: "/dev/log", severity: "notice", tag: "syslog.ts" },
  unknown: (arg: string, key?: string) => key === undefined || usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const severity = SEVERITIES.indexOf(args.severity);
if (severity < 0) usageError(`unknown severity: ${args.severity}`);
if (args._.length === 0) usageError("pass TEXT");

// RFC 3164 without the host name, as syslog(3) writes it: <priority>Mmm dd hh:mm:ss tag[pid]: text
const now = new Date();
const day = `${now.getDate()}`.padStart(2);
const month = now.toLocaleString("en", { month: "short" });
const line = `<${FACILITY_USER | severity}>${month} ${day} ${
  now.toTimeString().slice(0, 8)
} ${args.tag}[${Deno.pid}]: ${args._.join(" ")}`;

try {
  using socket = UnixDatagramSocket.open();
  await socket.send(new TextEncoder().encode(line), { addr: { path: args.path } });
} catch (error) {
  console.error(`syslog: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

function usageError(message: string): never {
  console.error(`syslog: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
