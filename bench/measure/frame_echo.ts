/**
 * `frame_echo.ts ADDRESS SECONDS FLIGHT SIZE`: frames with a body of SIZE bytes that an echo server gives back each second,
 * with FLIGHT of them in flight on one connection: what framing costs beyond moving the bytes.
 *
 * @module
 */
import { TcpConn } from "@berkeley/sockets/inet";
import { encodeFrame, FrameDecoder } from "@berkeley/sockets/rpc";
import { callsPerSecond } from "./calls_per_second.ts";

const [address = "", seconds, flight, size] = Deno.args;
const [hostname = "", port] = address.split(":");
using conn = await TcpConn.connect({ hostname, port: Number(port) });
const frame = encodeFrame(new Uint8Array(Number(size)).fill(0x20));
const waiting: (() => void)[] = [];
void receive();
const value = await callsPerSecond(Number(seconds), Number(flight), async () => {
  const done = new Promise<void>((resolve) => waiting.push(resolve));
  await conn.write(frame);
  await done;
});
console.log(JSON.stringify({ value }));
conn.close();

async function receive(): Promise<void> {
  const decoder = new FrameDecoder();
  const buffer = new Uint8Array(65536);
  for (;;) {
    const room = decoder.room(buffer.length);
    const count = await conn.read(room ?? buffer).catch(() => null);
    if (count === null) return;
    if (room === undefined) decoder.push(buffer.subarray(0, count));
    else decoder.filled(count);
    for (let body = decoder.next(); body !== undefined; body = decoder.next()) {
      if (body.length !== Number(size)) throw new Error("the echo is another");
      waiting.shift()?.();
    }
  }
}
