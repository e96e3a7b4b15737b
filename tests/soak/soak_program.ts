/**
 * `soak_program.ts SECONDS [smc]`: short and long connections over TCP or SMC, resets, half-closes, slow readers,
 * time-outs, datagrams, and a flood beside quiet clients, in one process, until the time is over. Prints what it counted
 * as a line of JSON.
 *
 * @module
 */
import { readdirSync } from "node:fs";
import process from "node:process";
import { isSystemError } from "../../ffi/mod.ts";
import { TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { SmcConn, SmcListener } from "../../smc/mod.ts";

const [argument, family] = process.argv.slice(2);
const seconds = Number(argument);
const smc = family === "smc";
const counts: Record<string, number> = {};
const faults: string[] = [];
const delays: number[] = [];
process.on("unhandledRejection", (error) => faults.push(`unhandled: ${error}`));

await warmUp();
const before = descriptors();
const samples: number[] = [];
const end = performance.now() + seconds * 1000;
const sampler = setInterval(() => samples.push(process.memoryUsage().rss), Math.max(250, seconds * 10));

const listener = listen();
const udp = UdpSocket.bind({ hostname: "127.0.0.1" });
const serving = new Set<Promise<void>>();
const accepting = (async () => {
  for await (const conn of listener) {
    const serve = echo(conn);
    serving.add(serve);
    void serve.finally(() => serving.delete(serve));
  }
})();
const answering = (async () => {
  for await (const { data, addr } of udp) await udp.send(data, { addr });
})();

const ACTS: Record<string, () => Promise<void>> = { visit, reset, halfClose, readSlowly, waitInVain, sendDatagrams };
const clients = Object.entries(ACTS).flatMap(([name, act]) => [0, 1].map(() => repeat(name, act)));
clients.push(flood(), ...Array.from({ length: 10 }, quiet));
await Promise.all(clients);
listener.close();
udp.close();
await accepting;
await answering;
await Promise.all(serving);
clearInterval(sampler);
for (let i = 0; i < 50 && descriptors() > before; i++) await pause(100);

delays.sort((a, b) => a - b);
const [early = 0, late = 0] = [samples.slice(0, samples.length / 2), samples.slice(samples.length / 2)].map((half) => {
  return Math.max(...half);
});
console.log(JSON.stringify({
  counts,
  faults: faults.slice(0, 10),
  descriptors: descriptors() - before,
  megabytes: [early, late].map((bytes) => Math.round(bytes / 2 ** 20)),
  quietP99: delays[Math.floor(delays.length * 0.99)] ?? -1,
}));
process.exit(0);

function listen(): TcpListener | SmcListener {
  const options = { hostname: "127.0.0.1", port: 0, backlog: 1024 };
  return smc ? SmcListener.listen(options) : TcpListener.listen(options);
}

function connect(to = listener): Promise<TcpConn | SmcConn> {
  return smc ? SmcConn.connect({ ...to.addr, fallback: "refuse" }) : TcpConn.connect(to.addr);
}

/** The runtime opens descriptors of its own with the first socket, and keeps them. */
async function warmUp(): Promise<void> {
  using listener = listen();
  using client = await connect(listener);
  using server = await listener.accept();
  await client.read(new Uint8Array(1), { timeout: 5 }).catch(() => {});
  server.close();
  await pause(50);
}

async function repeat(name: string, act: () => Promise<void>): Promise<void> {
  while (performance.now() < end) {
    try {
      await act();
      counts[name] = (counts[name] ?? 0) + 1;
    } catch (error) {
      faults.push(`${name}: ${error}`);
      await pause(10);
    }
  }
}

/** Echoes what arrives; a peer may reset the connection at any time. */
async function echo(conn: TcpConn | SmcConn): Promise<void> {
  const buffer = new Uint8Array(16_384);
  try {
    for (let n; (n = await conn.read(buffer)) !== null;) await conn.write(buffer.subarray(0, n));
  } catch (error) {
    if (!["ECONNRESET", "EPIPE"].some((code) => isSystemError(error, code))) faults.push(`server: ${error}`);
  }
  conn.close();
}

async function visit(): Promise<void> {
  using conn = await connect();
  await exchange(conn, 1 + Math.random() * 2000);
  await conn.closeWrite();
  check(await conn.read(new Uint8Array(1)) === null, "no end after the end");
}

async function reset(): Promise<void> {
  const conn = await connect();
  await conn.write(new Uint8Array(Math.random() * 100_000));
  if (conn instanceof TcpConn) conn.reset();
  else conn.close();
}

async function halfClose(): Promise<void> {
  using conn = await connect();
  const sent = randomBytes(200_000);
  const reading = readAll(conn);
  await conn.write(sent);
  await conn.closeWrite();
  same(await reading, sent);
}

async function readSlowly(): Promise<void> {
  using conn = await connect();
  const sent = randomBytes(500_000);
  const writing = conn.write(sent).then(() => conn.closeWrite());
  const reading = readAll(conn, 5);
  await writing;
  same(await reading, sent);
}

/** A timeout and an abort; nothing is lost. */
async function waitInVain(): Promise<void> {
  using conn = await connect();
  const buffer = new Uint8Array(8);
  const ended = await conn.read(buffer, { timeout: 1 + Math.random() * 5 }).catch((error) => error.name);
  check(ended === "TimeoutError", `a read that waits in vain gave ${ended}`);
  const controller = new AbortController();
  const read = conn.read(buffer, { signal: controller.signal }).catch((error) => error);
  setTimeout(() => controller.abort("enough"), Math.random() * 3);
  check(await read === "enough", "an abort gave something else");
  await exchange(conn, 500);
}

async function sendDatagrams(): Promise<void> {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  for (let i = 0; i < 20; i++) {
    const sent = randomBytes(1 + Math.random() * 1400);
    await socket.send(sent, { addr: udp.localAddr });
    try {
      same((await socket.receive({ timeout: 2000 })).data, sent);
    } catch (error) {
      if ((error as Error).name !== "TimeoutError") throw error;
      counts["lostDatagrams"] = (counts["lostDatagrams"] ?? 0) + 1; // as a datagram may be
      return;
    }
  }
}

async function flood(): Promise<void> {
  using conn = await connect();
  while (performance.now() < end) {
    await exchange(conn, 8192);
    counts["flood"] = (counts["flood"] ?? 0) + 1;
  }
}

async function quiet(): Promise<void> {
  using conn = await connect();
  while (performance.now() < end) {
    await pause(80 + Math.random() * 40);
    const begin = performance.now();
    await exchange(conn, 64);
    delays.push(performance.now() - begin);
  }
}

async function exchange(conn: TcpConn | SmcConn, size: number): Promise<void> {
  const sent = randomBytes(size);
  const writing = conn.write(sent);
  const got = new Uint8Array(sent.length);
  for (let at = 0; at < got.length;) at += await conn.read(got.subarray(at), { timeout: 60_000 }) ?? NaN;
  await writing;
  same(got, sent);
}

/** Until the end; with `delay` milliseconds between two reads. */
async function readAll(conn: TcpConn | SmcConn, delay = 0): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const buffer = new Uint8Array(delay > 0 ? 20_000 : 65_536);
  for (let n; (n = await conn.read(buffer)) !== null;) {
    chunks.push(buffer.slice(0, n));
    if (delay > 0) await pause(delay);
  }
  const all = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  chunks.reduce((at, chunk) => (all.set(chunk, at), at + chunk.length), 0);
  return all;
}

function randomBytes(size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let state = Math.random() * 2 ** 31 | 1;
  for (let i = 0; i < bytes.length; i++) bytes[i] = state = Math.imul(state, 1_103_515_245) + 12_345 >>> 3;
  return bytes;
}

function same(got: Uint8Array, sent: Uint8Array): void {
  check(got.length === sent.length && got.every((byte, i) => byte === sent[i]), "bytes differ");
}

function check(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}

function descriptors(): number {
  return readdirSync("/proc/self/fd").length;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
