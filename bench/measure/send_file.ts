/**
 * Sends a file of 1 GiB to a sink and waits until all is taken: `send_file.ts ADDRESS ours|deno|deno-pipe`. Prints MiB/s.
 *
 * @module
 */
import { TcpConn } from "@berkeley/sockets/inet";
import { sendFile } from "@berkeley/sockets/socket";
import { closeSync, openSync } from "node:fs";

const [address = "", way] = Deno.args;
const [hostname = "", port] = address.split(":");
const SIZE = 1 << 30;
const path = new URL("../../.cache/bench/file", import.meta.url).pathname;
await makeFile();
const began = performance.now();
const sent = way === "ours" ? await ours() : way === "deno" ? await deno() : await pipe();
const seconds = (performance.now() - began) / 1000;
if (sent !== SIZE) throw new Error(`${sent} bytes went`);
console.log(JSON.stringify({ value: SIZE / seconds / (1 << 20) }));

/** Made once and read before each measurement, so that it is in the system's memory. */
async function makeFile(): Promise<void> {
  const chunk = new Uint8Array(1 << 20);
  if ((await Deno.stat(path).catch(() => undefined))?.size !== SIZE) {
    using file = await Deno.create(path);
    for (let at = 0; at < chunk.length; at += 65536) crypto.getRandomValues(chunk.subarray(at, at + 65536));
    for (let written = 0; written < SIZE;) written += await file.write(chunk);
  }
  using file = await Deno.open(path);
  while (await file.read(chunk) !== null);
}

async function ours(): Promise<number> {
  using conn = await TcpConn.connect({ hostname, port: Number(port) });
  const fd = openSync(path, "r");
  const sent = await sendFile(conn, fd);
  closeSync(fd);
  await conn.closeWrite();
  await conn.read(new Uint8Array(1));
  return sent;
}

async function deno(): Promise<number> {
  using conn = await Deno.connect({ hostname, port: Number(port) });
  using file = await Deno.open(path);
  const buffer = new Uint8Array(1 << 18);
  let sent = 0;
  for (let n; (n = await file.read(buffer)) !== null;) {
    for (let done = 0; done < n;) done += await conn.write(buffer.subarray(done, n));
    sent += n;
  }
  await conn.closeWrite();
  await conn.read(new Uint8Array(1));
  return sent;
}

async function pipe(): Promise<number> {
  using conn = await Deno.connect({ hostname, port: Number(port) });
  const file = await Deno.open(path);
  await file.readable.pipeTo(conn.writable, { preventClose: true });
  await conn.closeWrite();
  await conn.read(new Uint8Array(1));
  return SIZE;
}
