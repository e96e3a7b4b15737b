/**
 * Measures one connection of the guest to itself: `smc.ts smc-r|fallback|tcp pingpong|throughput SECONDS`.
 *
 * @module
 */
import { type TcpConn, TcpConn as Tcp, TcpListener } from "../../inet/mod.ts";
import { removeUeid, SmcConn, SmcListener } from "../../smc/mod.ts";

const [over = "tcp", what = "pingpong", seconds = "1"] = Deno.args;
if (over === "fallback") await removeUeid("GUEST");
using listener = over === "tcp"
  ? TcpListener.listen({ hostname: "127.0.0.1", port: 0 })
  : SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
const options = { port: listener.addr.port };
using client = over === "tcp" ? await Tcp.connect(options) : await SmcConn.connect(options);
using server = await listener.accept();
const mode = client instanceof SmcConn ? (await client.smc()).mode : "tcp";
if (mode !== (over === "smc-r" ? "smc-r" : "tcp")) throw new Error(`The connection is ${mode}`);
const measure = what === "pingpong" ? pingPong : throughput;
await measure(1000); // the code is compiled now
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

async function readAll(conn: TcpConn | SmcConn, buffer: Uint8Array): Promise<void> {
  for (let at = 0; at < buffer.length;) at += await conn.read(buffer.subarray(at)) ?? buffer.length;
}
