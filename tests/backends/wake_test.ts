import { assert, spawn, spawnFile, test } from "../runner/mod.ts";

// A separate program: the timers and pipes of a test runner would wake it too.
const PROGRAM = `
import { TcpListener } from "${new URL("../../inet/mod.ts", import.meta.url)}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
const conn = await listener.accept();
const bytes = new Uint8Array(8);
const delays = [];
while (delays.length < 9) {
  await conn.read(bytes);
  delays.push(performance.timeOrigin + performance.now() - new DataView(bytes.buffer).getFloat64(0, true));
  await conn.write(new Uint8Array(1));
}
console.log(delays.join());
conn.close();
listener.close();
`;

// Connects, and after each silence sends the current time.
const PEER = `
import socket, struct, sys, time
peer = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
for _ in range(9):
    time.sleep(0.1)
    peer.sendall(struct.pack("<d", time.time() * 1000))
    peer.recv(1)
`;

test("data from another process wakes a program in which nothing else happens", {
  needs: ["write", "python3"],
  timeout: 10_000,
}, async () => {
  await using program = spawnFile(PROGRAM);
  await using _peer = spawn("python3", ["-c", PEER, await program.line() ?? ""]);
  const delays = (await program.line() ?? "").split(",").map(Number).sort((a, b) => a - b);
  assert((delays[4] ?? Infinity) < 50, `${delays.map((delay) => delay.toFixed(1)).join()} ms`);
});
