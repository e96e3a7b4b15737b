/** Forwards connections inside the kernel, from TCP, unix or SMC to TCP, unix or SMC. */
import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
import { SmcConn, SmcListener } from "@berkeley/sockets/smc";
import { relay, type RelayEnd } from "@berkeley/sockets/socket";
import { UnixConn, UnixListener } from "@berkeley/sockets/unix";

type Listening = AsyncIterable<RelayEnd> & Disposable & { close(): void; addr: object };

const [from = "", to = "", ...rest] = Deno.args;
if (!isPlace(from) || !isPlace(to) || rest.length > 0) {
  const help = from === "-h" || from === "--help";
  const usage =
    "Usage: relay.ts FROM TO\n\nFROM and TO are tcp:HOST:PORT, smc:HOST:PORT or unix:PATH; a PORT is 0 to 65535.";
  if (help) console.log(usage);
  else console.error(`relay: invalid FROM or TO\n\n${usage}`);
  Deno.exit(help ? 0 : 2);
}

try {
  using listener = listen(from);
  Deno.addSignalListener("SIGINT", () => {
    listener.close();
    Deno.exit(0);
  });
  console.log(`relaying ${placeOf(listener)} to ${to}`);
  for await (const conn of listener) void forward(conn);
} catch (error) {
  tell(error);
  Deno.exit(1);
}

function isPlace(text: string): boolean {
  return /^unix:.+$/.test(text) || /^(?:tcp|smc):.+:\d+$/.test(text) && parse(text)[2].port <= 65535;
}

async function forward(conn: RelayEnd): Promise<void> {
  try {
    const { forward, backward } = await relay(conn, await connect(to));
    console.log(`connection closed: ${forward} bytes forward, ${backward} back`);
  } catch (error) {
    conn.close();
    tell(error);
  }
}

function tell(error: unknown): void {
  console.error(`relay: ${error instanceof Error ? error.message : error}`);
}

/** FROM with the port that was chosen, if it is 0. */
function placeOf({ addr }: Listening): string {
  return "port" in addr && typeof addr.port === "number" ? from.replace(/:\d+$/, `:${addr.port}`) : from;
}

function listen(place: string): Listening {
  const [kind, where, options] = parse(place);
  if (kind === "unix") return UnixListener.listen({ path: where });
  return kind === "smc" ? SmcListener.listen({ ...options, unsupported: "tcp" }) : TcpListener.listen(options);
}

async function connect(place: string): Promise<RelayEnd> {
  const [kind, where, options] = parse(place);
  if (kind === "unix") return await UnixConn.connect({ path: where });
  return kind === "smc" ? await SmcConn.connect({ ...options, unsupported: "tcp" }) : await TcpConn.connect(options);
}

function parse(place: string): [kind: string, where: string, options: { hostname: string; port: number }] {
  const [, kind = "", where = ""] = /^(tcp|smc|unix):(.*)$/.exec(place) ?? [];
  const colon = where.lastIndexOf(":");
  const hostname = where.slice(0, colon).replace(/^\[(.*)\]$/, "$1");
  return [kind, where, { hostname, port: Number(where.slice(colon + 1)) }];
}
