import { TcpListener } from "../../inet/mod.ts";
import { assert, spawn, test } from "../runner/mod.ts";

// Connects, and says ten times when it is, each time after a silence.
const PEER = `
import socket, struct, sys, time
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
for _ in range(10):
    time.sleep(0.1)
    peer.sendall(struct.pack("<d", time.time() * 1000))
    peer.recv(1)
time.sleep(60)
`;

test("what another process sends wakes a program in which nothing else happens", { needs: ["run"] }, async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  await using _peer = spawn("python3", ["-c", PEER, String(listener.addr.port)]);
  using conn = await listener.accept();
  const bytes = new Uint8Array(8);
  const delays: number[] = [];
  for (let i = 0; i < 10; i++) {
    await conn.read(bytes);
    delays.push(performance.timeOrigin + performance.now() - new DataView(bytes.buffer).getFloat64(0, true));
    await conn.write(new Uint8Array(1));
  }
  const middle = delays.sort((a, b) => a - b)[5] ?? Infinity;
  assert(middle < 50, `${delays.map((delay) => delay.toFixed(1)).join()} ms`);
});
