/** An echo server for many clients: what arrives goes back. */
import { TcpListener } from "@berkeley/sockets/inet";
import type { TcpConn } from "@berkeley/sockets/inet";
import { parseArgs } from "@std/cli/parse-args";

const args = parseArgs(Deno.args, { string: ["host", "port"], boolean: ["help"], alias: { h: "help" } });
if (args.help) {
  console.log(
    "Usage: tcp_echo.ts [--host ADDRESS] --port N\n\nEchoes what each client sends. Port 0 takes a free one.",
  );
  Deno.exit(0);
}
if (args.port === undefined || !/^\d+$/.test(args.port)) {
  console.error("tcp_echo: --port N is needed, a number from 0 to 65535");
  Deno.exit(2);
}

using listener = TcpListener.listen({ hostname: args.host ?? "127.0.0.1", port: Number(args.port) });
console.log(`listening on ${listener.addr.hostname}:${listener.addr.port}`);
for await (const conn of listener) void echo(conn);

async function echo(conn: TcpConn): Promise<void> {
  using owned = conn;
  const buffer = new Uint8Array(65536);
  try {
    for (let n = await owned.read(buffer); n !== null; n = await owned.read(buffer)) {
      await owned.write(buffer.subarray(0, n));
    }
  } catch (error) {
    console.error(`tcp_echo: ${error instanceof Error ? error.message : error}`);
  }
}
