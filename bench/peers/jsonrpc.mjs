// vscode-jsonrpc on Node, its home:  jsonrpc.mjs serve | jsonrpc.mjs ADDRESS SECONDS FLIGHT SIZE
import { connect, createServer } from "node:net";
import process from "node:process";
import rpc from "vscode-jsonrpc/node";

const [address, seconds, flight, size] = process.argv.slice(2);
if (address === "serve") serve();
else await measure();

function serve() {
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = open(socket);
    connection.onRequest("ECHO", (text) => text);
    connection.listen();
  });
  server.listen({ host: "127.0.0.1", port: 0 }, () => {
    process.stdout.write(`listening on 127.0.0.1:${server.address().port}\n`);
  });
}

async function measure() {
  const [host, port] = address.split(":");
  const socket = connect({ host, port: Number(port), noDelay: true });
  const connection = open(socket);
  connection.listen();
  const text = "x".repeat(Number(size));
  await callFor(0.3);
  console.log(JSON.stringify({ value: await callFor(Number(seconds)) }));
  process.exit(0);

  async function callFor(time) {
    const begin = performance.now();
    const end = begin + time * 1000;
    let calls = 0;
    await Promise.all(Array.from({ length: Number(flight) }, async () => {
      for (; performance.now() < end; calls++) {
        if (await connection.sendRequest("ECHO", text) !== text) throw new Error("the echo is another");
      }
    }));
    return calls / ((performance.now() - begin) / 1000);
  }
}

function open(socket) {
  socket.on("error", () => socket.destroy());
  return rpc.createMessageConnection(new rpc.StreamMessageReader(socket), new rpc.StreamMessageWriter(socket));
}
