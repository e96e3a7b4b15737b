/** Shows the devices of Bluetooth Low Energy nearby, by the packets of a controller. */
import { HciSocket } from "@berkeley/sockets/bluetooth";
import { parseArgs } from "@std/cli/parse-args";
import { printable } from "./shared/printable.ts";
import { isSeconds } from "./shared/seconds.ts";

const USAGE = `Usage: hci_scan.ts [--device N] [--seconds S]

Prints a line for each device that advertises: address, kind of address, signal strength in dBm, and name. The controller must
be up, as \`bluetoothctl power on\` makes it. Needs CAP_NET_ADMIN.

      --device N   number of the controller, as in hci0 (0)
      --seconds S  how long (10)
  -h, --help       show this`;

// Bluetooth Core Specification, volume 4, part E: packets, events and commands of HCI
const [HCI_COMMAND, HCI_EVENT] = [1, 4];
const [COMMAND_COMPLETE, LE_META, ADVERTISING_REPORT] = [0x0e, 0x3e, 0x02];
const [LE_SET_SCAN_PARAMETERS, LE_SET_SCAN_ENABLE] = [0x200b, 0x200c];
/** Types of advertising data: a shortened and the complete name. */
const NAMES = [0x08, 0x09];

interface Report {
  address: string;
  kind: string;
  rssi: number;
  name: string;
}

const args = parseArgs(Deno.args, {
  string: ["device", "seconds"],
  boolean: ["help"],
  alias: { h: "help" },
  default: { device: "0", seconds: "10" },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (!/^\d+$/.test(args.device)) usageError(`--device needs a number: ${args.device}`);
if (!isSeconds(args.seconds)) usageError(`--seconds needs a number of seconds: ${args.seconds}`);

try {
  using hci = HciSocket.open({
    device: Number(args.device),
    filter: { types: [HCI_EVENT], events: [COMMAND_COMPLETE, LE_META] },
  });
  Deno.addSignalListener("SIGINT", () => Deno.exit(0));
  await hci.send(command(LE_SET_SCAN_ENABLE, 0, 0)); // a scan that is already on refuses new parameters
  await hci.send(command(LE_SET_SCAN_PARAMETERS, 1, 0x10, 0, 0x10, 0, 0, 0)); // active, 10 ms of each 10 ms
  await hci.send(command(LE_SET_SCAN_ENABLE, 1, 0));
  const end = setTimeout(() => hci.close(), Number(args.seconds) * 1000);
  const shown = new Set<string>();
  for await (const packet of hci) {
    if (packet[1] !== LE_META || packet[3] !== ADVERTISING_REPORT) continue;
    for (const { address, kind, rssi, name } of reportsIn(packet)) {
      const line = `${address} ${kind} ${printable(name)}`;
      if (shown.has(line)) continue;
      shown.add(line);
      console.log(`${address} ${kind.padEnd(6)} ${String(rssi).padStart(4)} dBm ${printable(name)}`.trimEnd());
    }
  }
  clearTimeout(end);
  using last = HciSocket.open({ device: Number(args.device) });
  await last.send(command(LE_SET_SCAN_ENABLE, 0, 0));
} catch (error) {
  console.error(`hci_scan: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

function command(opcode: number, ...parameters: number[]): Uint8Array {
  return Uint8Array.of(HCI_COMMAND, opcode & 0xff, opcode >> 8, parameters.length, ...parameters);
}

/** Each report: kind of event, kind of address, 6 bytes of address, length, data, and signal. */
function reportsIn(packet: Uint8Array): Report[] {
  const reports: Report[] = [];
  for (let [at, left] = [5, packet[4] ?? 0]; left > 0 && at + 9 < packet.length; left--) {
    const length = packet[at + 8] ?? 0;
    const data = packet.subarray(at + 9, at + 9 + length);
    reports.push({
      address: Array.from(packet.subarray(at + 2, at + 8), (byte) => byte.toString(16).padStart(2, "0")).reverse()
        .join(":").toUpperCase(),
      kind: packet[at + 1] === 0 ? "public" : "random",
      rssi: ((packet[at + 9 + length] ?? 0) << 24) >> 24,
      name: nameIn(data),
    });
    at += 10 + length;
  }
  return reports;
}

/** Each field: length, type, and value. */
function nameIn(data: Uint8Array): string {
  for (let at = 0; at + 1 < data.length && data[at] !== 0; at += 1 + (data[at] ?? 0)) {
    const end = at + 1 + (data[at] ?? 0);
    if (NAMES.includes(data[at + 1] ?? 0)) return new TextDecoder().decode(data.subarray(at + 2, end));
  }
  return "";
}

function usageError(message: string): never {
  console.error(`hci_scan: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
