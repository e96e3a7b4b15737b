/**
 * Sends datagrams of 1,200 bytes for some time, and asks the sink what came: `udp_push.ts ADDRESS SECONDS single|batch|gso`.
 * Prints the datagrams a second that arrived.
 *
 * @module
 */
import { UDP_SEGMENT, UdpSocket } from "@berkeley/sockets/inet";
import { MessageBatch } from "@berkeley/sockets/socket";

const [address = "", seconds = "1", way] = Deno.args;
const [hostname = "", port] = address.split(":");
const SIZE = 1200;
const SEGMENTS = 50; // 60,000 bytes: as many as fit in 64 KiB of GSO

const socket = UdpSocket.bind({ hostname: "127.0.0.1" });
await socket.connect({ hostname, port: Number(port) });
await ask();
const began = performance.now();
const end = began + Number(seconds) * 1000;
let sent = 0;
if (way === "batch") {
  const batch = new MessageBatch({ capacity: 64, size: SIZE });
  for (let i = 0; i < 64; i++) batch.push(new Uint8Array(SIZE));
  while (performance.now() < end) sent += await socket.sendBatch(batch);
} else if (way === "gso") {
  socket.socket.set(UDP_SEGMENT, SIZE);
  const data = new Uint8Array(SIZE * SEGMENTS);
  while (performance.now() < end) sent += await socket.send(data) / SIZE;
} else {
  const data = new Uint8Array(SIZE);
  while (performance.now() < end) {
    for (let i = 0; i < 64; i++) sent += await socket.send(data) / SIZE;
  }
}
const passed = (performance.now() - began) / 1000;
const arrived = await ask() / SIZE;
const lost = `${Math.round((1 - arrived / sent) * 100)} % lost`;
console.log(JSON.stringify({ value: arrived / passed, note: lost }));

async function ask(): Promise<number> {
  for (let round = 0; round < 20; round++) {
    socket.socket.set(UDP_SEGMENT, 0);
    await socket.send(new Uint8Array(1));
    try {
      const { data } = await socket.receive({ timeout: 500 });
      return Number(new TextDecoder().decode(data));
    } catch {
      // The question was lost among the rest.
    }
  }
  throw new Error("the sink does not answer");
}
