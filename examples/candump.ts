/** Shows the frames of a CAN bus, in the notation of can-utils. */
import { CanSocket } from "@berkeley/sockets/can";
import { C } from "@berkeley/sockets/ffi";
import { parseArgs } from "@std/cli/parse-args";

const USAGE = `Usage: candump.ts [--errors] INTERFACE

Shows each frame on a CAN bus with its time of arrival, until Ctrl+C.

  --errors    also show error frames
  -h, --help  show this`;

const args = parseArgs(Deno.args, {
  string: ["_"], // an interface such as 007 must not become a number
  boolean: ["errors", "help"],
  alias: { h: "help" },
  unknown: (arg: string, option?: string) => option === undefined || usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const [name, ...more] = args._;
if (name === undefined || more.length > 0) usageError("pass one INTERFACE");

try {
  const errors = args.errors ? C.CAN_ERR_MASK : 0;
  using bus = CanSocket.open({ interface: name, fd: true, timestamps: true, errors });
  Deno.addSignalListener("SIGINT", () => Deno.exit(0));
  for await (const { id, data, extended, remote, error, fd, bitRateSwitch, errorPassive, timestamp = 0n } of bus) {
    const seconds = `${timestamp / 1_000_000_000n}.${String(timestamp / 1000n % 1_000_000n).padStart(6, "0")}`;
    const shown = (error ? id + C.CAN_ERR_FLAG : id).toString(16).padStart(extended || error ? 8 : 3, "0");
    const flags = fd ? `#${(bitRateSwitch ? C.CANFD_BRS : 0) + (errorPassive ? C.CANFD_ESI : 0) + C.CANFD_FDF}` : "";
    console.log(`(${seconds}) ${name} ${shown.toUpperCase()}#${flags}${remote ? "R" : data.toHex().toUpperCase()}`);
  }
} catch (error) {
  console.error(`candump: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}

function usageError(message: string): never {
  console.error(`candump: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
