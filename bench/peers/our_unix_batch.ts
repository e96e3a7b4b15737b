import { MessageBatch } from "@berkeley/sockets/socket";
import { UnixDatagramSocket, UnixSeqpacketListener } from "@berkeley/sockets/unix";
import type { UnixSeqpacketConn } from "@berkeley/sockets/unix";

// our_unix.ts with batches, which one direction alone can use: our_unix_batch.ts TYPE sink|source PATH.
const [type, mode, path = ""] = Deno.args;
if (type === "datagram") {
  using socket = UnixDatagramSocket.bind({ path, replaceStale: true });
  console.log(`listening on ${path}`);
  await receiveAll(socket, (bytes, from) => socket.socket.sendto(bytes, from));
} else {
  using listener = UnixSeqpacketListener.listen({ path, replaceStale: true });
  console.log(`listening on ${path}`);
  for await (using conn of listener) {
    try {
      if (mode === "source") await sendAll(conn);
      else await receiveAll(conn, (bytes) => conn.send(bytes));
    } catch {
      // The client has gone.
    }
  }
}

async function sendAll(conn: UnixSeqpacketConn): Promise<void> {
  const batch = new MessageBatch({ capacity: 64, size: 64 });
  while (batch.length < batch.capacity) batch.push(new Uint8Array(64));
  for (;;) await conn.sendBatch(batch);
}

async function receiveAll(
  from: UnixSeqpacketConn | UnixDatagramSocket,
  answer: (bytes: Uint8Array, to: Uint8Array) => Promise<number>,
): Promise<void> {
  const batch = new MessageBatch({ capacity: 64, size: 64 });
  let count = 0;
  for (let n = await from.receiveBatch(batch); n !== null; n = await from.receiveBatch(batch)) {
    for (let i = 0; i < n; i++) {
      if (batch.messageLength(i) > 1) {
        count++;
      } else {
        await answer(new Uint8Array(BigUint64Array.of(BigInt(count)).buffer), batch.sockaddr(i));
        count = 0;
      }
    }
  }
}
