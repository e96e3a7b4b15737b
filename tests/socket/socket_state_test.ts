import { readFile, readlink } from "node:fs/promises";
import { C } from "../../ffi/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assert, assertEquals, assertThrows, test } from "../runner/mod.ts";

test("Socket.inode() returns the number in /proc/self/fd and in /proc/net/tcp", { needs: ["read"] }, async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const inode = listener.socket.inode();
  assertEquals(await readlink(`/proc/self/fd/${listener.socket.fd}`), `socket:[${inode}]`);
  const port = listener.addr.port.toString(16).toUpperCase().padStart(4, "0");
  const row = (await readFile("/proc/net/tcp", "utf8")).split("\n").find((line) => line.includes(`0100007F:${port} `));
  assertEquals(Number(row?.trim().split(/\s+/)[9]), inode);
});

test("Socket.unsentBytes() returns how many bytes the peer has not read", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  assertEquals(left.unsentBytes(), 0);
  await left.write(new Uint8Array(1000));
  assert(left.unsentBytes() >= 1000); // AF_UNIX counts the kernel's own overhead too
  await right.read(new Uint8Array(1000));
  assertEquals(left.unsentBytes(), 0);
  left.close();
  right.close();
});

test("Socket.unsentBytes() falls to 0 once TCP has acknowledged all", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await TcpConn.connect(listener.addr);
  using server = await listener.accept();
  await client.write(new Uint8Array(1000));
  await server.read(new Uint8Array(1000));
  for (let round = 0; client.socket.unsentBytes() > 0 && round < 100; round++) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(client.socket.unsentBytes(), 0);
});

test("Socket.inode() and unsentBytes() of a closed socket are refused", () => {
  const socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  socket.close();
  assertThrows(() => socket.inode(), Error, "the socket is closed");
  assertThrows(() => socket.unsentBytes(), Error, "the socket is closed");
});
