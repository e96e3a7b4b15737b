/** A multicast chat on the local network: everyone reads what anyone types. */
import { UdpSocket } from "@berkeley/sockets/inet";
import { parseArgs } from "@std/cli/parse-args";
import { printable } from "./shared/printable.ts";

const USAGE = `Usage: udp_chat.ts [--name NAME] [--group ADDRESS] [--port N] [--interface NAME]

Sends each line that you type to everyone.`;

const args = parseArgs(Deno.args, {
  string: ["group", "port", "interface", "name"],
  boolean: ["help"],
  alias: { h: "help" },
  default: { group: "239.255.42.99", port: "4299", name: `guest-${Deno.pid}` },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (!/^\d+$/.test(args.port) || Number(args.port) > 65535) usageError(`the port must be 0 to 65535: ${args.port}`);
const { group, name } = args;
if (name === "") usageError("--name needs a NAME");
const port = Number(args.port);

try {
  using socket = UdpSocket.bind({ hostname: group.includes(":") ? "::" : "0.0.0.0", port, reuseAddress: true });
  socket.joinMulticast(group, args.interface === undefined ? {} : { interface: args.interface });
  if (args.interface !== undefined) socket.setMulticastInterface(args.interface);
  Deno.addSignalListener("SIGINT", () => Deno.exit(0));
  console.log(`${name} is in ${group}:${port}`);
  void say(socket);
  for await (const { data, addr } of socket) {
    console.log(`${addr.hostname} ${printable(new TextDecoder().decode(data))}`);
  }
} catch (error) {
  tell(error);
  Deno.exit(1);
}

/** Sends each line of standard input; end of input leaves the chat. */
async function say(socket: UdpSocket): Promise<void> {
  let rest = "";
  for await (const text of Deno.stdin.readable.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) await sayLine(socket, line);
  }
  await sayLine(socket, rest); // the last line may have no end
  await new Promise((resolve) => setTimeout(resolve, 100)); // the last answers
  socket.close();
}

async function sayLine(socket: UdpSocket, line: string): Promise<void> {
  if (line === "") return;
  await socket.send(new TextEncoder().encode(`${name}: ${line}`), { addr: { hostname: group, port } }).catch(tell);
}

function tell(error: unknown): void {
  console.error(`udp_chat: ${error instanceof Error ? error.message : error}`);
}

function usageError(message: string): never {
  console.error(`udp_chat: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
