// An echo server on the runtime that runs this: runtime_server.mjs
// ours|own|seqpacket|parked. Ours is the package as the tests install it.
import { createServer } from "node:net";
import process from "node:process";

const mode = process.argv[2];
const sockets = "../../.cache/runtimes/project/node_modules/@berkeley/sockets";
const hostname = "127.0.0.1";
if (mode === "ours") {
  const { TcpListener } = await import(`${sockets}/inet/mod.js`);
  const listener = TcpListener.listen({ hostname, port: 0, backlog: 4096 });
  console.log(`listening on ${hostname}:${listener.addr.port}`);
  for await (const conn of listener) void echo(conn);
} else if (mode === "seqpacket" || mode === "parked") {
  const { UnixSeqpacketListener } = await import(`${sockets}/unix/mod.js`);
  const { setSpinTime } = await import(`${sockets}/socket/mod.js`);
  if (mode === "parked") setSpinTime(0);
  const path = process.argv[3];
  const listener = UnixSeqpacketListener.listen({ path, replaceStale: true });
  console.log(`listening on ${path}`);
  for await (const conn of listener) void echoMessages(conn);
} else if (process.versions.bun !== undefined) {
  const socket = { data: (socket, bytes) => void socket.write(bytes) };
  const { port } = globalThis.Bun.listen({ hostname, port: 0, socket });
  console.log(`listening on ${hostname}:${port}`);
} else {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("error", () => socket.destroy()); // the client resets its connections at the end
  });
  server.listen({ host: hostname, port: 0, backlog: 4096 }, () => {
    console.log(`listening on ${hostname}:${server.address().port}`);
  });
}

async function echo(conn) {
  conn.setNoDelay();
  const buffer = new Uint8Array(65536);
  try {
    for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
      await conn.write(buffer.subarray(0, n));
    }
  } catch {
    // The client reset the connection.
  }
  conn.close();
}

async function echoMessages(conn) {
  const buffer = new Uint8Array(65536);
  try {
    for (let packet = await conn.receive(buffer); packet !== null; packet = await conn.receive(buffer)) {
      await conn.send(packet.data);
    }
  } catch {
    // The client has gone.
  }
  conn.close();
}
