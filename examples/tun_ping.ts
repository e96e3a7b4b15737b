/** A network on which every address answers pings: a TUN device that this program implements. */
import { C } from "@berkeley/sockets/ffi";
import { addAddress, changeLink } from "@berkeley/sockets/netlink/route";
import { TunDevice } from "@berkeley/sockets/tun";
import { parseArgs } from "@std/cli/parse-args";

const USAGE = `Usage: tun_ping.ts [--name NAME] ADDRESS/PREFIX

Makes a TUN device with an address, such as 10.77.0.1/24 or fd77::1/64, and answers pings to all other addresses of its network, until Ctrl+C. Needs CAP_NET_ADMIN.

      --name NAME  name of the device (tun%d)
  -h, --help       show this`;

const ICMP_ECHO = 8;
const ICMPV6_ECHO = 128;
const ICMPV6_ECHO_REPLY = 129;

const args = parseArgs(Deno.args, {
  string: ["name", "_"],
  boolean: ["help"],
  alias: { h: "help" },
  default: { name: "tun%d" },
  unknown: (arg: string, option?: string) => option === undefined || usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const [address, ...more] = args._.map(String);
if (address === undefined || more.length > 0) usageError("one ADDRESS/PREFIX is needed");
if (!/^[\da-f.:]+\/\d+$/i.test(address)) usageError(`this is no ADDRESS/PREFIX: ${address}`);

try {
  using device = TunDevice.open({ name: args.name });
  await addAddress({ link: device.name, address });
  await changeLink(device.name, { up: true });
  Deno.addSignalListener("SIGINT", () => Deno.exit(0));
  console.log(`answering at ${device.name}, ${address}`);
  for await (const packet of device) {
    const answer = answerTo(packet);
    if (answer === undefined) continue;
    await device.send(answer);
    console.log(`answered ${packet.length} bytes`);
  }
} catch (error) {
  console.error(`tun_ping: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

/** The reply to an echo request; `undefined` for any other packet. */
function answerTo(packet: Uint8Array): Uint8Array | undefined {
  const version = (packet[0] ?? 0) >> 4;
  const header = version === 4 ? ((packet[0] ?? 0) & 0xf) * 4 : 40;
  if (packet.length < header + 8) return undefined;
  if (version === 4 && packet[9] === C.IPPROTO_ICMP && packet[header] === ICMP_ECHO) {
    return reply(packet, header, 0, 12, 4);
  }
  if (version === 6 && packet[6] === C.IPPROTO_ICMPV6 && packet[header] === ICMPV6_ECHO) {
    return reply(packet, header, ICMPV6_ECHO_REPLY, 8, 16);
  }
  return undefined;
}

/** Swaps both addresses, which does not change the checksums, and changes the type, which does. */
function reply(packet: Uint8Array, header: number, type: number, source: number, length: number): Uint8Array {
  const answer = packet.slice();
  answer.set(packet.subarray(source, source + length), source + length);
  answer.set(packet.subarray(source + length, source + 2 * length), source);
  const view = new DataView(answer.buffer);
  const change = (view.getUint8(header) - type) << 8;
  view.setUint8(header, type);
  const sum = view.getUint16(header + 2) + (change < 0 ? change + 0xffff : change); // in one's complement
  view.setUint16(header + 2, (sum & 0xffff) + (sum >> 16));
  return answer;
}

function usageError(message: string): never {
  console.error(`tun_ping: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
