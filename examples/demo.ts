/** A server and a client of every family in one program: prints what they say, and a table of measurements. */
import * as sockets from "@berkeley/sockets";
import { formatNetAddr } from "@berkeley/sockets/inet";
import { type Dictionary, dictionary } from "@berkeley/sockets/dictionary";
import { formatUnixAddr } from "@berkeley/sockets/unix";

interface Stream {
  read(buffer: Uint8Array): Promise<number | null>;
  write(bytes: Uint8Array): Promise<number>;
}

interface Messages {
  send(bytes: Uint8Array): Promise<number>;
  receive(): Promise<{ data: Uint8Array } | null>;
}

type End = (Stream | Messages) & { localAddr: sockets.NetAddr | sockets.UnixAddr; close(): void };

if (Deno.args.length > 0) {
  const help = ["-h", "--help"].includes(Deno.args[0] ?? "");
  const usage = "Usage: demo.ts\n\nRuns a server and a client of every family on this machine, and shows a table.";
  if (help) console.log(usage);
  else console.error(`demo: unknown argument: ${Deno.args[0]}\n\n${usage}`);
  Deno.exit(help ? 0 : 2);
}

const HELLO = new TextEncoder().encode("Hello, world");
const ROUNDS = 2000;
const buffer = new Uint8Array(1024);
const table = [["family", "client", "server", "bytes", "round trip", "mode"]];
const loopback = { hostname: "127.0.0.1", port: 0 };
const { TcpListener, TcpConn, UnixListener, UnixConn, UnixSeqpacketListener, UnixSeqpacketConn } = sockets;

const tcp = TcpListener.listen(loopback);
await converse("TCP over IPv4", TcpConn.connect(tcp.addr), tcp);
const tcp6 = TcpListener.listen({ ...loopback, hostname: "::1" });
await converse("TCP over IPv6", TcpConn.connect(tcp6.addr), tcp6);
const [udp, udpServer] = [sockets.UdpSocket.bind(loopback), sockets.UdpSocket.bind(loopback)];
await Promise.all([udp.connect(udpServer.localAddr), udpServer.connect(udp.localAddr)]);
await converse("UDP", udp, udpServer);
const unix = UnixListener.listen({ abstract: name() });
await converse("unix stream", UnixConn.connect(unix.addr), unix);
const seqpacket = UnixSeqpacketListener.listen({ abstract: name() });
await converse("unix seqpacket", UnixSeqpacketConn.connect(seqpacket.addr), seqpacket);
const [datagram, datagramServer] = sockets.socketPair("datagram");
await converse("unix datagram", datagram, datagramServer);
const smc = sockets.SmcListener.listen({ ...loopback, unsupported: "tcp" });
const smcConn = await sockets.SmcConn.connect({ ...smc.addr, unsupported: "tcp" });
await converse("SMC", smcConn, smc, await smcMode(smcConn));
await rpc();

const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
console.log();
for (const row of table) console.log(row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd());

/** The client says hello and the server repeats it: first to show it, then to time it. */
async function converse(
  family: string,
  connecting: End | Promise<End>,
  serving: End | { accept(): Promise<End>; close(): void },
  mode = "",
): Promise<void> {
  const client = await connecting;
  const server = "accept" in serving ? await serving.accept() : serving;
  const [from, to] = [addressOf(client), addressOf(server)];
  console.log(`${family}: ${from} says "${await saying(client, server)}"`);
  console.log(`${family}: ${to} says "${await saying(server, client)}"`);
  const start = performance.now();
  for (let i = 0; i < ROUNDS; i++) {
    await saying(client, server);
    await saying(server, client);
  }
  const trip = `${((performance.now() - start) * 1000 / ROUNDS).toFixed(1)} µs`;
  table.push([family, from, to, String((ROUNDS + 1) * 2 * HELLO.length), trip, mode]);
  for (const end of [client, server, serving]) end.close();
}

/** Sends hello from one end to the other and returns what arrives. On a stream, so few bytes arrive in one read. */
async function saying(from: End, to: End): Promise<string> {
  await ("write" in from ? from.write(HELLO) : from.send(HELLO));
  const data = "read" in to ? buffer.subarray(0, await to.read(buffer) ?? 0) : (await to.receive())?.data;
  return new TextDecoder().decode(data);
}

/** Whether it is really SMC, and if not, why. */
async function smcMode(conn: sockets.SmcConn): Promise<string> {
  const { supported, reason } = sockets.smcSupport();
  if (!supported) return `tcp, as this kernel has no SMC: ${reason}`;
  const { mode, fallback } = await conn.smc();
  return fallback === undefined ? mode : `${mode}, as ${fallback.reason}`;
}

/** RPC calls over TCP, on the library's dictionary. */
async function rpc(): Promise<void> {
  const listener = TcpListener.listen(loopback);
  await using _server = sockets.RpcServer.serve(listener, dictionary());
  const conn = await TcpConn.connect(listener.addr);
  using client = new sockets.RpcClient<Dictionary>(conn);
  await client.call("PUT", { obj: "greeting", val: { text: "Hello, world" } });
  console.log(`RPC: GET greeting is ${JSON.stringify((await client.call("GET", { obj: "greeting" })).val)}`);
  const start = performance.now();
  for (let i = 0; i < ROUNDS; i++) await client.call("GET", { obj: "greeting" });
  const trip = `${((performance.now() - start) * 1000 / ROUNDS).toFixed(1)} µs`;
  table.push(["RPC over TCP", addressOf(conn), formatNetAddr(listener.addr), "", trip, `${ROUNDS} calls`]);
}

function addressOf({ localAddr }: Pick<End, "localAddr">): string {
  return "hostname" in localAddr ? formatNetAddr(localAddr) : formatUnixAddr(localAddr);
}

function name(): string {
  return `demo-${crypto.randomUUID().slice(0, 8)}`;
}
