// An echo server on the runtime that runs this: runtime_server.mjs
// ours|own|udp-ours|udp-own|seqpacket|parked [PATH]. Ours is the package as users install it.
import { createSocket } from "node:dgram";
import { createServer } from "node:net";
import process from "node:process";

const [mode, path] = process.argv.slice(2);
const hostname = "127.0.0.1";
const isBun = process.versions.bun !== undefined;
if (mode === "ours") {
  const { TcpListener } = await import("@berkeley/sockets/inet");
  const listener = TcpListener.listen({ hostname, port: 0, backlog: 4096 });
  tell(listener.addr.port);
  for await (const conn of listener) void echo(conn);
} else if (mode === "udp-ours") {
  const { UdpSocket } = await import("@berkeley/sockets/inet");
  const socket = UdpSocket.bind({ hostname });
  tell(socket.localAddr.port);
  const buffer = new Uint8Array(65536);
  for (;;) {
    const { data, addr } = await socket.receive({ buffer });
    await socket.send(data, { addr });
  }
} else if (mode === "seqpacket" || mode === "parked") {
  const { UnixSeqpacketListener } = await import("@berkeley/sockets/unix");
  const { setSpinTime } = await import("@berkeley/sockets/socket");
  if (mode === "parked") setSpinTime(0);
  const listener = UnixSeqpacketListener.listen({ path, replaceStale: true });
  console.log(`listening on ${path}`);
  for await (const conn of listener) void echoMessages(conn);
} else if (mode === "udp-own" && isBun) {
  const socket = { data: (socket, bytes, port, address) => void socket.send(bytes, port, address) };
  const { port } = await globalThis.Bun.udpSocket({ hostname, port: 0, socket });
  tell(port);
} else if (mode === "udp-own") {
  const socket = createSocket("udp4");
  socket.on("message", (data, { port, address }) => socket.send(data, port, address));
  socket.bind(0, hostname, () => tell(socket.address().port));
} else if (isBun) {
  const socket = { data: (socket, bytes) => void socket.write(bytes) };
  const { port } = globalThis.Bun.listen({ hostname, port: 0, socket });
  tell(port);
} else {
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("error", () => socket.destroy()); // the client resets its connections at the end
  });
  server.listen({ host: hostname, port: 0, backlog: 4096 }, () => tell(server.address().port));
}

function tell(port) {
  console.log(`listening on ${hostname}:${port}`);
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
    for (let packet = await conn.receive({ buffer }); packet !== null; packet = await conn.receive({ buffer })) {
      await conn.send(packet.data);
    }
  } catch {
    // The client has gone.
  }
  conn.close();
}
