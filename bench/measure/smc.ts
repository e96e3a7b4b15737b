/**
 * Measures one connection of the guest to itself: `smc.ts smc-r|fallback|tcp pingpong|throughput|http SECONDS`.
 *
 * @module
 */
import { type TcpConn, TcpConn as Tcp, TcpListener } from "../../inet/mod.ts";
import { serveHttp, SocketAgent } from "../../node/mod.ts";
import { removeUeid, SmcConn, SmcListener } from "../../smc/mod.ts";
import { get } from "node:http";

const [over = "tcp", what = "pingpong", seconds = "1"] = Deno.args;
if (over === "fallback") await removeUeid("GUEST");
using listener = over === "tcp"
  ? TcpListener.listen({ hostname: "127.0.0.1", port: 0 })
  : SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
let serving: Promise<void> | undefined;
const connect = () => over === "tcp" ? Tcp.connect(listener.addr) : SmcConn.connect(listener.addr);
const client = await connect();
const server = await listener.accept();
const mode = client instanceof SmcConn ? (await client.smc()).mode : "tcp";
if (mode !== (over === "smc-r" ? "smc-r" : "tcp")) throw new Error(`The connection is ${mode}`);
const measure = { pingpong: pingPong, throughput, http }[what];
if (measure === undefined) throw new Error(`Cannot measure ${what}`);
await measure(Number(seconds) * 1000); // the code is compiled now
console.log(JSON.stringify({ value: await measure(Number(seconds) * 1000), note: `mode ${mode}` }));
Deno.exit(0);

/** Round trips a second. */
async function pingPong(time: number): Promise<number> {
  const [ping, pong] = [new Uint8Array(64), new Uint8Array(64)];
  let trips = 0;
  const begin = performance.now();
  for (; performance.now() - begin < time; trips++) {
    await client.write(ping);
    await readAll(server, pong);
    await server.write(pong);
    await readAll(client, ping);
  }
  return trips * 1000 / (performance.now() - begin);
}

/** Megabytes a second. */
async function throughput(time: number): Promise<number> {
  const [chunk, buffer] = [new Uint8Array(65536), new Uint8Array(65536)];
  const begin = performance.now();
  let sent = 0;
  let received = 0;
  const writing = (async () => {
    while (performance.now() - begin < time) sent += await client.write(chunk);
  })();
  let done = false;
  writing.then(() => done = true, () => done = true);
  // The last write may be done while the read for what came before it waits.
  while (!done || received < sent) received += await server.read(buffer, { timeout: 100 }).catch(() => 0) ?? 0;
  await writing;
  return received / 1000 / (performance.now() - begin);
}

/** Requests a second, one after the other on a kept connection, with 1 KiB of answer. */
async function http(time: number): Promise<number> {
  serving ??= serveHttp(listener as SmcListener, () => new Response("x".repeat(1024)));
  const agent = new SocketAgent(connect, { keepAlive: true, maxSockets: 1 });
  let requests = 0;
  const begin = performance.now();
  for (; performance.now() - begin < time; requests++) {
    await new Promise<void>((resolve, reject) => {
      get("http://bench/", { agent }, (response) => response.resume().once("end", resolve)).once("error", reject);
    });
  }
  agent.destroy();
  return requests * 1000 / (performance.now() - begin);
}

async function readAll(conn: TcpConn | SmcConn, buffer: Uint8Array): Promise<void> {
  for (let at = 0; at < buffer.length;) at += await conn.read(buffer.subarray(at)) ?? buffer.length;
}
