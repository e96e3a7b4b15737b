/** An echo server for a virtual machine and its host. */
import { VsockListener } from "@berkeley/sockets/vsock";
import { parseArgs } from "@std/cli/parse-args";
import { echo } from "./shared/echo.ts";

const USAGE = "Usage: vsock_echo.ts --port N\n\nEchoes what each client on this machine's host or guests sends.";

const args = parseArgs(Deno.args, {
  string: ["port"],
  boolean: ["help"],
  alias: { h: "help" },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (args.port === undefined) usageError("--port N is needed");
if (!/^\d+$/.test(args.port) || Number(args.port) > 0xffffffff) {
  usageError(`the port must be 0 to 4294967295: ${args.port}`);
}

try {
  using listener = VsockListener.listen({ port: Number(args.port) });
  Deno.addSignalListener("SIGINT", () => Deno.exit(0));
  console.log(`listening on port ${listener.addr.port}`);
  for await (const conn of listener) void echo(conn).catch(tell);
} catch (error) {
  tell(error);
  Deno.exit(1);
}

function tell(error: unknown): void {
  console.error(`vsock_echo: ${error instanceof Error ? error.message : error}`);
}

function usageError(message: string): never {
  console.error(`vsock_echo: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
