import { createServer } from "node:net";
import process from "node:process";
import { parseArgs } from "node:util";

const { values } = parseArgs({
  options: { port: { type: "string", default: "0" }, "accept-only": { type: "boolean" } },
});

const server = createServer({ noDelay: true }, (socket) => {
  if (values["accept-only"]) return socket.destroy();
  socket.on("data", (bytes) => socket.write(bytes));
  socket.on("error", () => socket.destroy()); // the client resets its connections at the end
});
server.listen({ host: "127.0.0.1", port: Number(values.port), backlog: 4096 }, () => {
  process.stdout.write(`listening on 127.0.0.1:${server.address().port}\n`);
});
