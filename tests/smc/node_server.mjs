// A program for Node: serves over AF_SMC by node:http, which gets the listener in both ways that there are. A GET gives
// the file that is named, a POST tells how many bytes came and whether they were those of the file. Prints one line of
// JSON with the ports, and at the end of its input closes all and prints how many sockets are left.
import { listenOn } from "@berkeley/sockets/node";
import { SmcListener } from "@berkeley/sockets/smc";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { buffer } from "node:stream/consumers";

const file = readFileSync(process.argv[2]);
const before = sockets();
const servers = [];
const byListenOn = await serve((server, listener) => listenOn(server, listener));
const byDescriptor = await serve((server, listener) =>
  new Promise((resolve) => server.listen({ fd: listener.detach() }, resolve))
);
console.log(JSON.stringify({ version: process.version, byListenOn, byDescriptor }));
for await (const _ of process.stdin);
for (const server of servers) {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}
console.log(JSON.stringify({ left: sockets() - before }));

async function serve(listen) {
  const listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const server = createServer(answer);
  await listen(server, listener);
  servers.push(server);
  return port;
}

async function answer(request, response) {
  if (request.method === "GET") return response.end(file);
  const body = await buffer(request);
  response.end(`${body.length} ${body.equals(file)}`);
}

function sockets() {
  return readdirSync("/proc/self/fd").filter((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`).startsWith("socket:");
    } catch {
      return false; // the folder's own, which is closed
    }
  }).length;
}
