import { UnixDatagramSocket, UnixListener, UnixSeqpacketListener } from "@berkeley/sockets/unix";
import type { UnixConn, UnixSeqpacketConn } from "@berkeley/sockets/unix";

// unix_server.c, with ours: our_unix.ts TYPE MODE PATH.
const [type, mode, path = ""] = Deno.args;
const buffer = new Uint8Array(65536);
if (type === "datagram") {
  using socket = UnixDatagramSocket.bind({ path, replaceStale: true });
  console.log(`listening on ${path}`);
  let count = 0n;
  for (;;) {
    const { data, addr } = await socket.receive({ buffer });
    if (mode === "echo") {
      await socket.send(data, { addr });
    } else if (data.length > 1) {
      count++;
    } else {
      await socket.send(new Uint8Array(BigUint64Array.of(count).buffer), { addr });
      count = 0n;
    }
  }
} else if (type === "stream") {
  using listener = UnixListener.listen({ path, replaceStale: true });
  console.log(`listening on ${path}`);
  for await (const conn of listener) void echo(conn);
} else {
  using listener = UnixSeqpacketListener.listen({ path, replaceStale: true });
  console.log(`listening on ${path}`);
  for await (using conn of listener) {
    try {
      await serve(conn);
    } catch {
      // The client has gone.
    }
  }
}

async function echo(conn: UnixConn): Promise<void> {
  const buffer = new Uint8Array(65536);
  try {
    for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
      await conn.write(buffer.subarray(0, n));
    }
  } catch {
    // The client reset the connection, as it does at the end of each measurement.
  }
  conn.close();
}

async function serve(conn: UnixSeqpacketConn): Promise<void> {
  const message = buffer.subarray(0, 64);
  let count = 0n;
  while (mode === "source") await conn.send(message);
  for (let packet = await conn.receive({ buffer }); packet !== null; packet = await conn.receive({ buffer })) {
    if (mode === "echo") {
      await conn.send(packet.data);
    } else if (packet.data.length > 1) {
      count++;
    } else {
      await conn.send(new Uint8Array(BigUint64Array.of(count).buffer));
      count = 0n;
    }
  }
}
