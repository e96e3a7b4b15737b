// Echo servers on several cores, one port: scaled_server.mjs ours|own PROCESSORS [--accept-only]. Ours listens with
// SO_REUSEPORT in each of so many Workers. Deno's own does the same; Node's own is node:cluster.
import cluster from "node:cluster";
import { createServer } from "node:net";
import process from "node:process";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";

const [mode, processors, flag] = process.argv.slice(2);
const isDeno = "Deno" in globalThis;
const hostname = "127.0.0.1";
const backlog = 4096;
const acceptsOnly = flag === "--accept-only";

if (mode === "own" && !isDeno) {
  if (cluster.isPrimary) await startCluster();
  else serveInCluster();
} else if (isMainThread) {
  let port = 0;
  for (let i = 0; i < Number(processors); i++) port = await startWorker(port);
  console.log(`listening on ${hostname}:${port}`);
} else {
  const listener = await listen(workerData);
  parentPort.postMessage(listener.addr.port);
  for await (const conn of listener) {
    if (acceptsOnly) conn.close();
    else void echo(conn);
  }
}

function startWorker(port) {
  const worker = new Worker(new URL(import.meta.url), { workerData: port, argv: process.argv.slice(2) });
  return new Promise((resolve, reject) => {
    worker.once("message", resolve);
    worker.once("error", reject);
  });
}

async function listen(port) {
  if (mode === "own") return globalThis.Deno.listen({ hostname, port, reusePort: true, tcpBacklog: backlog });
  const { TcpListener } = await import("@berkeley/sockets/inet");
  return TcpListener.listen({ hostname, port, reusePort: true, backlog });
}

async function echo(conn) {
  const buffer = new Uint8Array(65536);
  try {
    conn.setNoDelay();
    for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) {
      for (let sent = 0; sent < n;) sent += await conn.write(buffer.subarray(sent, n));
    }
  } catch {
    // The client reset the connection.
  }
  conn.close();
}

async function startCluster() {
  for (let i = 0; i < Number(processors); i++) cluster.fork();
  let ready = 0;
  await new Promise((resolve) => {
    cluster.on("listening", (_, { port }) => {
      if (++ready < Number(processors)) return;
      console.log(`listening on ${hostname}:${port}`);
      resolve();
    });
  });
}

function serveInCluster() {
  const server = createServer({ noDelay: true }, (socket) => {
    if (acceptsOnly) return socket.destroy();
    socket.on("data", (bytes) => socket.write(bytes));
    socket.on("error", () => socket.destroy());
  });
  server.listen({ host: hostname, port: 0, backlog });
}
