/**
 * `raw_echo.ts ADDRESS SECONDS FLIGHT SIZE`: messages of SIZE bytes that an echo server gives back each second, with FLIGHT
 * of them in flight on one connection: what rpc costs beyond moving the bytes.
 *
 * @module
 */
import { TcpConn } from "@berkeley/sockets/inet";
import { callsPerSecond } from "./calls_per_second.ts";

const [address = "", seconds, flight, size] = Deno.args;
const [hostname = "", port] = address.split(":");
using conn = await TcpConn.connect({ hostname, port: Number(port) });
const message = new Uint8Array(Number(size));
const waiting: (() => void)[] = [];
void receive();
const value = await callsPerSecond(Number(seconds), Number(flight), async () => {
  const done = new Promise<void>((resolve) => waiting.push(resolve));
  await conn.write(message);
  await done;
});
console.log(JSON.stringify({ value }));
conn.close();

async function receive(): Promise<void> {
  const buffer = new Uint8Array(256 * 1024);
  let received = 0;
  for (let count; (count = await conn.read(buffer).catch(() => null)) !== null;) {
    for (received += count; received >= message.length; received -= message.length) waiting.shift()?.();
  }
}
