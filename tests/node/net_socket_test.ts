import { connect, createServer, type Socket } from "node:net";
import { TcpConn } from "../../inet/mod.ts";
import { NodeStream } from "../../node/mod.ts";
import { assertEquals, type Need, test } from "../runner/mod.ts";
import { type Behaviour, BEHAVIOURS, type Dial } from "./net_socket_behaviours.ts";

const needs: Need[] = ["net"];
/** The measure: what Node's own sockets do. */
const skipOn = { deno: "Node's own socket is the measure", bun: "Node's own socket is the measure" };

for (const [name, behaviour] of Object.entries(BEHAVIOURS)) {
  test(`NodeStream, as net.Socket: ${name}`, { needs }, () => {
    return check(behaviour, (port) => (options) => {
      const stream: unknown = new NodeStream((signal) => TcpConn.connect({ port, signal }), options);
      return stream as Socket;
    });
  });
  test(`net.Socket itself: ${name}`, { needs, skipOn }, () => {
    return check(behaviour, (port) => (options) => connect({ port, host: "127.0.0.1", ...options }));
  });
}

async function check([serve, tell, expected]: Behaviour, dialTo: (port: number) => Dial): Promise<void> {
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket.on("error", () => {}));
    serve(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  try {
    assertEquals(await tell(dialTo(port)), expected);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  }
}
