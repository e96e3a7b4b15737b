/** Watches a live connection: connects, sends as fast as possible, and shows what TCP knows, like `ss -ti`. */
import { TCP_CONGESTION, TCP_INFO, TcpConn } from "@berkeley/sockets/inet";
import { parseArgs } from "@std/cli/parse-args";
import { isSeconds } from "./shared/seconds.ts";

const USAGE = `Usage: tcp_info.ts [--seconds S] [--interval S] HOST PORT

Sends zeros to a server that reads, and shows TCP_INFO.`;

const args = parseArgs(Deno.args, {
  string: ["_", "seconds", "interval"],
  boolean: ["help"],
  alias: { h: "help" },
  default: { seconds: "5", interval: "0.5" },
  unknown: (arg: string, key?: string) => key === undefined || usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const [hostname, port = "", ...rest] = args._;
const [seconds, interval] = [Number(args.seconds), Number(args.interval)];
if (!isSeconds(args.seconds)) usageError(`--seconds needs a number of seconds: ${args.seconds}`);
if (!isSeconds(args.interval)) usageError(`--interval needs a number of seconds: ${args.interval}`);
if (hostname === undefined || port === "" || rest.length > 0) usageError("pass HOST and PORT");
if (!/^\d+$/.test(port) || Number(port) > 65535) usageError(`the port must be 0 to 65535: ${port}`);

try {
  using conn = await TcpConn.connect({ hostname, port: Number(port), timeout: 5000 });
  Deno.addSignalListener("SIGINT", () => Deno.exit(0));
  const end = performance.now() + seconds * 1000;
  console.log(`connected to ${hostname}:${port}, congestion control ${conn.socket.get(TCP_CONGESTION)}`);
  const timer = setInterval(() => show(conn), interval * 1000);
  try {
    const chunk = new Uint8Array(65536);
    while (performance.now() < end) await conn.write(chunk, { timeout: 5000 });
  } finally {
    clearInterval(timer);
    show(conn);
  }
} catch (error) {
  console.error(`tcp_info: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

function show(conn: TcpConn): void {
  const info = conn.socket.get(TCP_INFO);
  const parts = {
    state: info.state,
    rtt: `${info.rtt}/${info.rttVariance} ms`,
    cwnd: `${info.congestionWindow} segments of ${info.sendMss}`,
    unacked: info.unacked,
    retransmitted: info.totalRetrans,
    sent: bytes(info.bytesSent),
    delivery: `${bytes(info.deliveryRate)}/s`,
  };
  console.log(Object.entries(parts).map(([name, value]) => `${name} ${value}`).join("  "));
}

function bytes(n = 0): string {
  const unit = Math.min(Math.floor(Math.log2(Math.max(n, 1)) / 10), 3);
  return `${(n / 1024 ** unit).toFixed(unit === 0 ? 0 : 1)} ${["B", "KiB", "MiB", "GiB"][unit]}`;
}

function usageError(message: string): never {
  console.error(`tcp_info: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
