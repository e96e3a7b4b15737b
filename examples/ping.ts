/** Sends ICMP echo requests, unprivileged if the kernel allows it, and prints how long the answers take. */
import { C } from "@berkeley/sockets/ffi";
import {
  getaddrinfo,
  ICMP6_FILTER,
  ICMP_FILTER,
  IP_RECVTTL,
  type IpAddr,
  IPV6_RECVHOPLIMIT,
  RawSocket,
} from "@berkeley/sockets/inet";
import { parseArgs } from "@std/cli/parse-args";
import { LONGEST } from "./shared/seconds.ts";

const USAGE = `Usage: ping.ts [-c COUNT] [-i SECONDS] [-W SECONDS] [-s BYTES] [-t TTL] [-4 | -6] HOST

  -c COUNT    stop after this many requests (default: at Ctrl+C)
  -i SECONDS  how long to wait between two requests (default 1)
  -W SECONDS  how long to wait for an answer (default 1)
  -s BYTES    how much data a request carries (default 56, at most 65507)
  -t TTL      how many hops a request may take (default: the system's)
  -4, -6      only IPv4, only IPv6
  -h, --help  show this`;

const args = parseArgs(Deno.args, {
  string: ["_", "c", "i", "W", "s", "t"], // a host such as 10.10 must not become a number
  boolean: ["4", "6", "help"],
  alias: { h: "help" },
  unknown: (arg: string, key?: string) => key === undefined || usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const [host, ...rest] = args._;
if (host === undefined || rest.length > 0) usageError("pass one HOST");
if (args["4"] && args["6"]) usageError("pass either -4 or -6");
const count = numberOf("c", Infinity, 1);
const [interval, patience, size] = [numberOf("i", 1), numberOf("W", 1), numberOf("s", 56, 0, 65507)];
const settings = args.t === undefined ? {} : { hopLimit: numberOf("t", 64, 1, 255) };

const answers = await getaddrinfo(host, null, {
  type: C.SOCK_RAW,
  family: args["4"] ? C.AF_INET : args["6"] ? C.AF_INET6 : C.AF_UNSPEC,
}).catch((error) => fail(error.message));
const [target] = answers;
if (target === undefined) fail(`${host} has no address`);
const ipv6 = target.family === C.AF_INET6;
const [request, reply] = ipv6 ? [128, 129] : [8, 0];
const identifier = Deno.pid & 0xffff;

const { socket, raw } = open();
socket.socket.set(ipv6 ? IPV6_RECVHOPLIMIT : IP_RECVTTL, true);
const times: number[] = [];
let sent = 0;
const began = performance.now();
Deno.addSignalListener("SIGINT", () => finish());
console.log(`PING ${host} (${target.addr.hostname}) ${size} bytes of data${raw ? "" : ", unprivileged"}.`);
while (sent < count) {
  const start = performance.now();
  await pingOnce(++sent, target.addr);
  const rest = interval * 1000 - (performance.now() - start);
  if (sent < count && rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
}
finish();

async function pingOnce(sequence: number, to: IpAddr): Promise<void> {
  const packet = new Uint8Array(8 + size).map((_, i) => i & 255);
  const view = new DataView(packet.buffer);
  packet.set([request, 0, 0, 0]);
  view.setUint16(4, identifier);
  view.setUint16(6, sequence & 0xffff);
  if (!ipv6) view.setUint16(2, checksum(packet));
  const start = performance.now();
  try {
    await socket.sendMessage({ data: packet, info: settings, addr: to });
    for (;;) {
      const timeout = Math.max(0, patience * 1000 - (performance.now() - start));
      const { data, addr, info } = await socket.receiveMessage({ timeout });
      const time = performance.now() - start;
      const icmp = raw && !ipv6 ? data.subarray(((data[0] ?? 0) & 15) * 4) : data;
      const answer = new DataView(icmp.buffer, icmp.byteOffset, icmp.length);
      const ours = icmp[0] === reply && answer.getUint16(6) === (sequence & 0xffff) &&
        (!raw || answer.getUint16(4) === identifier);
      if (!ours) continue;
      times.push(time);
      const text = `${icmp.length} bytes from ${addr.hostname}: icmp_seq=${sequence} ttl=${info.hopLimit}`;
      return console.log(`${text} time=${time.toFixed(3)} ms`);
    }
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    console.log(late ? `no answer yet for icmp_seq=${sequence}` : `icmp_seq=${sequence}: ${messageOf(error)}`);
  }
}

/** Without privileges, the kernel sets the identifier and filters out other answers. */
function open(): { socket: RawSocket; raw: boolean } {
  const protocol = ipv6 ? C.IPPROTO_ICMPV6 : C.IPPROTO_ICMP;
  try {
    return { socket: RawSocket.open({ protocol, ipv6, unprivileged: true }), raw: false };
  } catch { // not permitted to this group: perhaps a raw socket is, and if not, its error says what is missing
    try {
      const socket = RawSocket.open({ protocol, ipv6 });
      if (ipv6) socket.socket.set(ICMP6_FILTER, [reply]);
      else socket.socket.set(ICMP_FILTER, [reply]);
      return { socket, raw: true };
    } catch (error) {
      fail(messageOf(error));
    }
  }
}

/** RFC 1071. */
function checksum(packet: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < packet.length; at += 2) sum += ((packet[at] ?? 0) << 8) + (packet[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

function finish(): never {
  const loss = sent === 0 ? 0 : Math.round((1 - times.length / sent) * 100);
  console.log(`\n--- ${host} ping statistics ---`);
  const total = Math.round(performance.now() - began);
  console.log(`${sent} packets transmitted, ${times.length} received, ${loss}% packet loss, time ${total}ms`);
  if (times.length > 0) {
    const mean = times.reduce((sum, time) => sum + time) / times.length;
    const deviation = Math.sqrt(times.reduce((sum, time) => sum + (time - mean) ** 2, 0) / times.length);
    const figures = [Math.min(...times), mean, Math.max(...times), deviation].map((ms) => ms.toFixed(3));
    console.log(`rtt min/avg/max/mdev = ${figures.join("/")} ms`);
  }
  Deno.exit(times.length > 0 ? 0 : 1);
}

/** A number of seconds, or, with a least one, a whole number. */
function numberOf(option: "c" | "i" | "W" | "s" | "t", byDefault: number, least?: number, most = Infinity): number {
  const text = args[option];
  if (text === undefined) return byDefault;
  const kind = least === undefined ? "a number of seconds" : "a whole number";
  const isNumber = (least === undefined ? /^\d*\.?\d+$/ : /^\d+$/).test(text);
  if (!isNumber || Number(text) > (least === undefined ? LONGEST : Infinity)) {
    usageError(`-${option} needs ${kind}: ${text}`);
  }
  if (!(Number(text) >= (least ?? 0) && Number(text) <= most)) {
    usageError(`-${option} must be ${least} ${most === Infinity ? "or more" : `to ${most}`}: ${text}`);
  }
  return Number(text);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function fail(message: string): never {
  console.error(`ping: ${message}`);
  Deno.exit(2);
}

function usageError(message: string): never {
  fail(`${message}\n\n${USAGE}`);
}
