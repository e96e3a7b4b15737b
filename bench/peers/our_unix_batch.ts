import { MessageBatch } from "@berkeley/sockets/socket";
import { UnixSeqpacketListener } from "@berkeley/sockets/unix";
import type { UnixSeqpacketConn } from "@berkeley/sockets/unix";

// our_unix.ts with batches, which one direction alone can use: our_unix_batch.ts seqpacket sink|source PATH.
const [, mode, path = ""] = Deno.args;
using listener = UnixSeqpacketListener.listen({ path, replaceStale: true });
console.log(`listening on ${path}`);
for await (using conn of listener) {
  try {
    if (mode === "source") await sendAll(conn);
    else await receiveAll(conn);
  } catch {
    // The client has gone.
  }
}

async function sendAll(conn: UnixSeqpacketConn): Promise<void> {
  const batch = new MessageBatch({ capacity: 64, size: 64 });
  while (batch.length < batch.capacity) batch.push(new Uint8Array(64));
  for (;;) await conn.sendBatch(batch);
}

async function receiveAll(conn: UnixSeqpacketConn): Promise<void> {
  const batch = new MessageBatch({ capacity: 64, size: 64 });
  let count = 0;
  for (let n = await conn.receiveBatch(batch); n !== null; n = await conn.receiveBatch(batch)) {
    for (let i = 0; i < n; i++) {
      if (batch.messageLength(i) > 1) {
        count++;
      } else {
        await conn.send(new Uint8Array(BigUint64Array.of(BigInt(count)).buffer));
        count = 0;
      }
    }
  }
}
