/**
 * Counts the bytes of datagrams, taken one at a time, in batches, or merged by the kernel: `udp_sink.ts single|batch|gro`.
 * A datagram of one byte asks for the count, and sets it back.
 *
 * @module
 */
import { UDP_GRO, UdpSocket } from "@berkeley/sockets/inet";
import { MessageBatch, SO_RCVBUFFORCE } from "@berkeley/sockets/socket";

const way = Deno.args[0];
const socket = UdpSocket.bind({ hostname: "127.0.0.1" });
try {
  socket.socket.set(SO_RCVBUFFORCE, 8 << 20);
} catch {
  // Without CAP_NET_ADMIN the buffer is the system's.
}
console.log(`listening on 127.0.0.1:${socket.localAddr.port}`);

let bytes = 0;
if (way === "batch") {
  const batch = new MessageBatch({ capacity: 64, size: 2048 });
  for (;;) {
    const count = await socket.receiveBatch(batch);
    for (let i = 0; i < count; i++) {
      const length = batch.messageLength(i);
      if (length > 1) bytes += length;
      else await tell(batch.sockaddr(i).slice());
    }
  }
}
if (way === "gro") socket.socket.set(UDP_GRO, true);
const buffer = new Uint8Array(65536);
for (;;) {
  const { data, addr } = await socket.receive({ buffer });
  if (data.length > 1) bytes += data.length;
  else {
    await socket.send(new TextEncoder().encode(String(bytes)), { addr });
    bytes = 0;
  }
}

async function tell(sockaddr: Uint8Array): Promise<void> {
  await socket.socket.sendto(new TextEncoder().encode(String(bytes)), sockaddr);
  bytes = 0;
}
