// Deno's own unix sockets: deno_unix.ts TYPE MODE PATH. What it calls "unixpacket" is a datagram socket.
const [type, mode, path = ""] = Deno.args;
try {
  Deno.removeSync(path);
} catch {
  // There is none yet.
}
if (type === "datagram") {
  const socket = Deno.listenDatagram({ transport: "unixpacket", path });
  console.log(`listening on ${path}`);
  const buffer = new Uint8Array(65536);
  let count = 0n;
  for (;;) {
    const [data, addr] = await socket.receive(buffer);
    if (mode === "echo") {
      await socket.send(data, addr);
    } else if (data.length > 1) {
      count++;
    } else {
      await socket.send(new Uint8Array(BigUint64Array.of(count).buffer), addr);
      count = 0n;
    }
  }
} else {
  const listener = Deno.listen({ transport: "unix", path });
  console.log(`listening on ${path}`);
  for await (const conn of listener) void echo(conn);
}

async function echo(conn: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(65536);
  try {
    for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
      for (let sent = 0; sent < n;) sent += await conn.write(buffer.subarray(sent, n));
    }
  } catch {
    // The client reset the connection, as it does at the end of each measurement.
  }
  conn.close();
}
