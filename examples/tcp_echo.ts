/** An echo server for many clients. */
import { TcpListener } from "@berkeley/sockets/inet";
import { parseArgs } from "@std/cli/parse-args";
import { echo } from "./shared/echo.ts";

const USAGE =
  "Usage: tcp_echo.ts [--host ADDRESS] --port N\n\nEchoes what each client sends, on ADDRESS: by default 127.0.0.1; 0.0.0.0 is all. Port 0 chooses a free one.";

const args = parseArgs(Deno.args, {
  string: ["host", "port"],
  boolean: ["help"],
  alias: { h: "help" },
  default: { host: "127.0.0.1" },
  unknown: (arg: string) => usageError(`unknown argument: ${arg}`),
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (args.port === undefined) usageError("--port N is needed");
if (!/^\d+$/.test(args.port) || Number(args.port) > 65535) usageError(`the port must be 0 to 65535: ${args.port}`);

try {
  using listener = TcpListener.listen({ hostname: args.host, port: Number(args.port) });
  Deno.addSignalListener("SIGINT", () => Deno.exit(0));
  console.log(`listening on ${listener.addr.hostname}:${listener.addr.port}`);
  for await (const conn of listener) void echo(conn).catch(tell);
} catch (error) {
  tell(error);
  Deno.exit(1);
}

function tell(error: unknown): void {
  console.error(`tcp_echo: ${error instanceof Error ? error.message : error}`);
}

function usageError(message: string): never {
  console.error(`tcp_echo: ${message}\n\n${USAGE}`);
  Deno.exit(2);
}
