import { C } from "../../ffi/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

function pair(type: number = C.SOCK_STREAM): [Socket, Socket] {
  return Socket.pair(C.AF_UNIX, type);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

test("2,000 waits with different timeouts all end in time, each once", async () => {
  const [left, right] = pair();
  const begin = performance.now();
  const reads = Array.from(
    { length: 2000 },
    (_, i) => left.read(new Uint8Array(1), { timeout: 20 + i % 50 }).then(() => "read", ({ name }) => name),
  );
  assertEquals([...new Set(await Promise.all(reads))], ["TimeoutError"]);
  assert(performance.now() - begin < 5000);
  await right.write(new Uint8Array([1]));
  assertEquals(await left.read(new Uint8Array(8), { timeout: 1000 }), 1);
  left.close();
  right.close();
});

test("2,000 waits that end before their timeouts are answered in order, and leave no timer", async () => {
  const [left, right] = pair();
  const order: number[] = [];
  const reads = Array.from(
    { length: 2000 },
    (_, i) => left.read(new Uint8Array(1), { timeout: 100_000 }).then(() => order.push(i)),
  );
  await right.write(new Uint8Array(2000));
  await Promise.all(reads);
  assertEquals(order, order.map((_, i) => i));
  assertEquals(order.length, 2000);
  left.close();
  right.close();
});

test("closing one of two sockets in the reaction to the other's data leaves the rest in order", async () => {
  for (let round = 0; round < 50; round++) {
    const [a, b] = pair();
    const [c, d] = pair();
    const first = a.read(new Uint8Array(1)).then(() => c.close(), () => {});
    const second = c.read(new Uint8Array(1)).then(() => a.close(), () => {});
    void b.write(new Uint8Array(1));
    void d.write(new Uint8Array(1));
    await Promise.all([first, second]);
    // In either order, a new socket may get the number of a closed one, and must not get events for the old.
    const [e, f] = pair();
    const silent = e.read(new Uint8Array(1), { timeout: 2 }).then(() => "read", ({ name }) => name);
    assertEquals(await silent, "TimeoutError");
    for (const socket of [a, b, c, d, e, f]) socket.close();
  }
});

test("a descriptor number that is reused at once belongs to the new socket only", async () => {
  for (let round = 0; round < 200; round++) {
    const [a, b] = pair();
    const read = a.read(new Uint8Array(1)).catch(({ code }) => code);
    await b.write(new Uint8Array(1)); // the event is on its way
    const { fd } = a;
    if (round % 2 === 0) await Promise.resolve();
    a.close();
    const [c, d] = pair();
    assertEquals(c.fd, fd);
    const buffer = new Uint8Array(4);
    const next = c.read(buffer);
    await d.write(new Uint8Array([42]));
    assertEquals(await next, 1);
    assertEquals(buffer[0], 42);
    assert([1, "EBADF"].includes(await read));
    for (const socket of [b, c, d]) socket.close();
  }
});

test("an abort in the reaction to another wait's data ends only the waits after it", async () => {
  const [left, right] = pair();
  const controller = new AbortController();
  const first = left.read(new Uint8Array(1)).then(() => controller.abort(new Error("enough")));
  const second = assertRejects(() => left.read(new Uint8Array(1), { signal: controller.signal }), Error, "enough");
  await right.write(new Uint8Array(1));
  await Promise.all([first, second]);
  const third = left.read(new Uint8Array(4));
  await right.write(new Uint8Array(2));
  assertEquals(await third, 2);
  left.close();
  right.close();
});

test("reads and writes wait independently: each direction has its own queue", async () => {
  const [left, right] = pair();
  const write = left.write(new Uint8Array(4 << 20));
  const read = left.read(new Uint8Array(8));
  await pause(10);
  await right.write(new Uint8Array(3));
  assertEquals(await read, 3);
  const buffer = new Uint8Array(1 << 20);
  for (let got = 0; got < 4 << 20;) got += await right.read(buffer) ?? 0;
  assertEquals(await write, 4 << 20);
  left.close();
  right.close();
});

test("a socket whose connect() was aborted can be closed, and the listener still accepts", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  for (let round = 0; round < 50; round++) {
    const controller = new AbortController();
    const connect = TcpConn.connect({ port: listener.addr.port, signal: controller.signal });
    if (round % 2 === 1) await Promise.resolve();
    controller.abort(new Error("no"));
    await connect.then((conn) => conn.close(), ({ message }) => assertEquals(message, "no"));
  }
  const client = await TcpConn.connect(listener.addr);
  for (;;) {
    using server = await listener.accept({ timeout: 5000 });
    if (server.remoteAddr.port === client.localAddr.port) break;
  }
  client.close();
});
