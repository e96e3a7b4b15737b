import process from "node:process";
import { C } from "../../ffi/mod.ts";
import { tcpAddrCodec } from "../../inet/mod.ts";
import { BlockingSocket, LineReader } from "../../socket/blocking/mod.ts";
import { SO_RCVTIMEO, Socket } from "../../socket/mod.ts";
import { unixAddrCodec } from "../../unix/mod.ts";
import { compileC } from "../peers/c_program.ts";
import { noise } from "../conformance/stream/bytes.ts";
import { assert, assertEquals, type Need, spawn, tempDir, test } from "../runner/mod.ts";

const needs: readonly Need[] = ["run", "read", "write", "env", "python3"];
const encoder = new TextEncoder();

/** Reads as many bytes as are expected, and compares them. */
function assertReceives(socket: Pick<BlockingSocket, "recv">, expected: Uint8Array): void {
  const buffer = new Uint8Array(expected.length);
  assertEquals(socket.recv(buffer, { flags: C.MSG_WAITALL }), expected.length);
  const at = buffer.findIndex((byte, i) => byte !== expected[i]);
  assertEquals(at, -1, `they differ from byte ${at} on`);
}

test("a blocking client and a Python server: lines, then bytes in both directions", { needs }, async () => {
  await using server = spawn("python3", [
    "-c",
    `
import socket
s = socket.create_server(("127.0.0.1", 0))
print(s.getsockname()[1], flush=True)
conn, addr = s.accept()
f = conn.makefile("rw", newline="\\n")
for line in f:
    f.write(line.upper())
    f.flush()
    if line == "bytes\\n": break
while data := conn.recv(65536): conn.sendall(data)
conn.close()
`,
  ]);
  const port = Number(await server.line());
  using client = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  client.connect({ hostname: "127.0.0.1", port });
  const reader = new LineReader(client);
  for (const line of ["one", "two", "bytes"]) {
    client.sendall(encoder.encode(`${line}\n`));
    assertEquals(reader.readLine(), line.toUpperCase());
  }
  const bytes = noise(1 << 20);
  for (let at = 0; at < bytes.length; at += 1 << 16) {
    const part = bytes.subarray(at, at + (1 << 16));
    client.sendall(part);
    assertReceives(client, part);
  }
  client.shutdown(C.SHUT_WR);
  assertEquals(client.recv(new Uint8Array(1)), 0);
  assertEquals((await server.exit).code, 0);
});

test("a blocking server and a Python client that connects late and is slow", { needs }, async () => {
  using server = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  server.bind({ hostname: "127.0.0.1", port: 0 });
  server.listen();
  await using client = spawn("python3", [
    "-c",
    `
import socket, time
s = socket.create_connection(("127.0.0.1", ${server.localAddr.port}))
for i in range(3):
    time.sleep(0.3)
    s.sendall(bytes([i]) * 1000)
s.shutdown(socket.SHUT_WR)
print(len(s.makefile("rb").read()), flush=True)
`,
  ]);
  const conn = server.accept();
  const all = new Uint8Array(4000);
  assertEquals(conn.recv(all, { flags: C.MSG_WAITALL }), 3000); // over slices of 250 ms
  assertEquals([all[0], all[1500], all[2999]], [0, 1, 2]);
  assert(Math.abs(conn.get(SO_RCVTIMEO) - 250) < 11); // in the kernel's ticks
  conn.sendall(noise(2_000_000));
  using back = Socket.fromFd(conn.detach());
  assertEquals(back.get(SO_RCVTIMEO), 0);
  await back.write(noise(500_000));
  back.close();
  assertEquals(await client.line(), "2500000");
});

test("seqpackets with C, as the server and as the client", { needs: [...needs, "cc"] }, async () => {
  using dir = tempDir();
  const program = await compileC(new URL("../../bench/peers/blocking_pingpong.c", import.meta.url));
  await using server = spawn(program, ["serve", "seqpacket", `${dir.path}/c`]);
  assertEquals(await server.line(), `listening on ${dir.path}/c`);
  {
    using client = BlockingSocket.open(C.AF_UNIX, C.SOCK_SEQPACKET, { codec: unixAddrCodec });
    client.connect({ path: `${dir.path}/c` });
    const buffer = new Uint8Array(65536);
    for (let i = 1; i <= 1000; i++) {
      client.send(new Uint8Array(i * 7).fill(i));
      assertEquals(client.recv(buffer), i * 7);
      assertEquals([buffer[0], buffer[i * 7 - 1]], [i & 0xff, i & 0xff]);
    }
  }
  using listener = BlockingSocket.open(C.AF_UNIX, C.SOCK_SEQPACKET, { codec: unixAddrCodec });
  listener.bind({ path: `${dir.path}/ours` });
  listener.listen();
  await using driver = spawn(program, ["drive", "seqpacket", `${dir.path}/ours`, "0.2"]);
  using conn = listener.accept();
  const buffer = new Uint8Array(65536);
  for (let n = conn.recv(buffer); n > 0; n = conn.recv(buffer)) conn.send(buffer.subarray(0, n));
  const { code, stdout } = await driver.exit;
  assertEquals(code, 0);
  assert(JSON.parse(stdout).value > 100, stdout);
});

test("the memory of a program that blocks does not grow", { needs: ["read"] }, () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM).map((socket) => socket.blocking());
  assert(left !== undefined && right !== undefined);
  const message = new Uint8Array(64);
  const buffer = new Uint8Array(65536);
  const round = (): void => {
    for (let i = 0; i < 100_000; i++) {
      left.send(message);
      right.recv(buffer, i % 2 === 0 ? { timeout: 10 } : undefined);
    }
  };
  round();
  const before = process.memoryUsage().rss;
  round();
  assert(process.memoryUsage().rss - before < 64 << 20);
  left.close();
  right.close();
});
