/** An echo server that systemd starts with its listening sockets, for TCP and unix sockets. */
import { TcpListener } from "@berkeley/sockets/inet";
import type { TcpConn } from "@berkeley/sockets/inet";
import { inheritedListeners, notifySystemd, UnixListener } from "@berkeley/sockets/unix";
import type { InheritedListener, UnixConn } from "@berkeley/sockets/unix";

const AF_UNIX = 1;
const SOCK_STREAM = 1;

const inherited = take();
if (Deno.args.length > 0 || inherited.length === 0) {
  const help = Deno.args[0] === "-h" || Deno.args[0] === "--help";
  const usage = "Usage: systemd-socket-activate -l ADDRESS deno run --allow-ffi activated_echo.ts";
  if (help) console.log(usage);
  else {
    const wrong = Deno.args.length > 0 ? `unknown argument: ${Deno.args[0]}` : "systemd passed no sockets";
    console.error(`activated_echo: ${wrong}\n\n${usage}`);
  }
  Deno.exit(help ? 0 : 2);
}
Deno.addSignalListener("SIGINT", () => Deno.exit(0));
try {
  const serving = Promise.all(inherited.map(serve));
  await notifySystemd("READY=1");
  await serving;
} catch (error) {
  tell(error);
  Deno.exit(1);
}

function take(): InheritedListener[] {
  try {
    return inheritedListeners();
  } catch (error) {
    tell(error);
    Deno.exit(1);
  }
}

async function serve({ name, socket, family, type }: InheritedListener): Promise<void> {
  if (type !== SOCK_STREAM) throw new TypeError(`Cannot echo on ${name}: it is not a stream socket`);
  const listener = family === AF_UNIX ? new UnixListener(socket) : new TcpListener(socket);
  for await (const conn of listener) void echo(conn);
}

async function echo(conn: TcpConn | UnixConn): Promise<void> {
  try {
    await conn.readable.pipeTo(conn.writable);
  } catch (error) {
    tell(error);
  }
}

function tell(error: unknown): void {
  console.error(`activated_echo: ${error instanceof Error ? error.message : error}`);
}
