import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, createServer, type Socket as NetSocket } from "node:net";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { NodeStream } from "../../node/mod.ts";
import { socketPair, UnixConn } from "../../unix/mod.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
  type Permission,
  spawnScript,
  test,
} from "../runner/mod.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };
const needs: Permission[] = ["net"];

/** A stream of ours, and the runtime's own socket at its other end. */
async function pair(options?: { allowHalfOpen?: boolean }): Promise<[ours: NodeStream, theirs: NetSocket]> {
  using listener = TcpListener.listen(LOCAL);
  const theirs = connect({ host: "127.0.0.1", port: listener.addr.port, allowHalfOpen: true });
  const ours = new NodeStream(await listener.accept(), options);
  if (theirs.connecting) await once(theirs, "connect");
  return [ours, theirs];
}

test("NodeStream carries 8 MiB in both directions, and ends both", { needs }, async () => {
  const [ours, theirs] = await pair({ allowHalfOpen: true });
  const data = Buffer.from(Uint8Array.from({ length: 8 << 20 }, (_, i) => i * 7 + (i >> 9)));
  const echo = pipeline(ours, ours);
  const back = buffer(theirs);
  theirs.end(data);
  assert(data.equals(await back));
  await echo;
  assertEquals([ours.bytesRead, ours.bytesWritten], [data.length, data.length]);
  if (!ours.closed) await once(ours, "close");
});

test("NodeStream buffers as much as highWaterMark says", { needs }, async () => {
  using listener = TcpListener.listen(LOCAL);
  const theirs = connect({ host: "127.0.0.1", port: listener.addr.port });
  const ours = new NodeStream(await listener.accept(), { highWaterMark: 1234 });
  assertEquals([ours.readableHighWaterMark, ours.writableHighWaterMark], [1234, 1234]);
  assertEquals([ours.write(new Uint8Array(1233)), ours.write(new Uint8Array(1))], [true, false]);
  ours.destroy();
  theirs.destroy();
});

test("NodeStream refuses a highWaterMark that is none", () => {
  for (const highWaterMark of [-1, 1.5, NaN, "5"] as number[]) {
    const [left, right] = socketPair("stream");
    assertThrows(
      () => new NodeStream(left, { highWaterMark }),
      RangeError,
      "Cannot make a stream as the highWaterMark",
    );
    for (const end of [left, right]) end.close();
  }
});

test("NodeStream stops reading while nobody consumes its data", { needs }, async () => {
  const [ours, theirs] = await pair();
  const chunk = new Uint8Array(1 << 16);
  let sent = 0;
  while (theirs.write(chunk) || theirs.writableLength < 8 << 20) sent += chunk.length;
  ours.once("readable", () => {}); // it starts to read, and gets nothing
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert(ours.bytesRead <= 1 << 18, `${ours.bytesRead} bytes of ${sent} were read`);
  ours.destroy();
  theirs.destroy();
});

test(
  "NodeStream ends its own side when the peer has ended, unless allowHalfOpen is set",
  { needs },
  async () => {
    for (const allowHalfOpen of [false, true]) {
      const [ours, theirs] = await pair({ allowHalfOpen });
      const back = buffer(theirs);
      theirs.end();
      await once(ours.resume(), "end");
      if (allowHalfOpen) ours.end("afterwards");
      assertEquals(String(await back), allowHalfOpen ? "afterwards" : "");
      if (!ours.closed) await once(ours, "close");
    }
  },
);

test("NodeStream.destroySoon() sends what was written, and closes", { needs }, async () => {
  const [ours, theirs] = await pair();
  const back = buffer(theirs);
  const data = new Uint8Array(3 << 20).fill(7);
  ours.write(data);
  ours.destroySoon();
  assertEquals((await back).length, data.length);
  if (!ours.closed) await once(ours, "close");
  theirs.destroy(); // half open; Node 24 does not close it after its last byte
});

test("NodeStream reports a reset as an error, and closes", { needs }, async () => {
  const [ours, theirs] = await pair();
  theirs.on("error", () => {});
  theirs.resetAndDestroy();
  const [error] = await once(ours.resume(), "error");
  assertEquals(error.code, "ECONNRESET");
  assert(ours.destroyed);
});

test("NodeStream.resetAndDestroy() resets the connection", { needs }, async () => {
  const [ours, theirs] = await pair();
  theirs.resume();
  const failed = once(theirs, "error");
  ours.resetAndDestroy();
  assertEquals((await failed)[0].code, "ECONNRESET");
});

test("NodeStream knows its addresses and its state as net.Socket does", { needs }, async () => {
  const [ours, theirs] = await pair();
  assertEquals(
    [ours.remoteAddress, ours.remotePort, ours.remoteFamily, ours.readyState, ours.connecting, ours.pending],
    [theirs.localAddress, theirs.localPort, "IPv4", "open", false, false],
  );
  assertEquals(ours.address(), { address: "127.0.0.1", family: "IPv4", port: theirs.remotePort ?? 0 });
  ours.setNoDelay().setKeepAlive(true, 5000).unref().ref();
  ours.destroy();
  theirs.destroy();
});

test("NodeStream over AF_UNIX has no address, and ignores TCP's options as net.Socket does", async () => {
  const [left, right] = socketPair("stream");
  const stream = new NodeStream(left);
  assertEquals([stream.remoteAddress, stream.remotePort, stream.address()], [undefined, undefined, {}]);
  stream.setNoDelay().setKeepAlive(true, 1000);
  stream.destroy();
  assertEquals(await right.read(new Uint8Array(1)), null);
  right.close();
});

test("NodeStream.setTimeout() emits once for each period without traffic, and only then", { needs }, async () => {
  const [ours, theirs] = await pair();
  let times = 0;
  ours.resume();
  // An attempt in which other programs held up this one for about as long as the timeout proves nothing.
  for (let attempt = 0, longest = Infinity; attempt < 5 && longest > 300; attempt++) {
    times = longest = 0;
    ours.setTimeout(0).removeAllListeners("timeout").on("timeout", () => times++);
    ours.setTimeout(400, () => times += 100);
    for (let i = 0, last = performance.now(); i < 12; i++) {
      theirs.write("x");
      await new Promise((resolve) => setTimeout(resolve, 50));
      longest = Math.max(longest, performance.now() - last);
      last = performance.now();
    }
  }
  assertEquals(times, 0);
  await new Promise((resolve) => setTimeout(resolve, 1400));
  assertEquals(times, 101);
  theirs.write("x");
  await once(ours, "timeout");
  await new Promise((resolve) => setTimeout(resolve, 700));
  assertEquals(times, 102);
  ours.destroy();
  theirs.destroy();
});

test("NodeStream does not time out while the peer slowly receives a long write", { needs }, async () => {
  const [ours, theirs] = await pair();
  let times = 0;
  ours.setTimeout(1000, () => times++);
  const written = new Promise((resolve) => ours.write(new Uint8Array(48 << 20), resolve));
  let taken = 0;
  theirs.on("data", ({ length }) => {
    if ((taken += length) % (4 << 20) >= length) return;
    theirs.pause();
    setTimeout(() => theirs.resume(), 300); // some 3 s in all
  });
  await written;
  assertEquals(times, 0);
  ours.destroy();
  theirs.destroy();
});

test("NodeStream stops connecting when it is destroyed, and then closes without an error", async () => {
  let signal: AbortSignal | undefined;
  const stream = new NodeStream((given) => {
    signal = given;
    return new Promise((_, reject) => given.addEventListener("abort", () => reject(given.reason)));
  });
  const events: unknown[] = [];
  for (const name of ["connect", "error", "close"]) stream.on(name, (value) => events.push([name, value]));
  await new Promise((resolve) => setTimeout(resolve, 10));
  stream.destroy();
  await once(stream, "close");
  assertEquals([signal?.aborted, events], [true, [["close", false]]]);
});

test("NodeStream.connect() satisfies a driver that calls it, and keeps the connection", { needs }, async () => {
  const [ours, theirs] = await pair();
  await new Promise<void>((resolve) => ours.connect(5432, "127.0.0.1", resolve));
  ours.end("still here");
  assertEquals(String(await buffer(theirs)), "still here");
  theirs.end();
  ours.destroy();
  assertThrows(() => ours.connect(5432, "127.0.0.1"), Error, "Cannot connect again");
});

test("NodeStream takes a promise of a connection, and earlier writes wait for it", async () => {
  const [left, right] = socketPair("stream");
  let dial = (_: typeof left): void => {};
  const stream = new NodeStream(new Promise<typeof left>((resolve) => dial = resolve));
  stream.end("early");
  assertEquals([stream.connecting, stream.readyState], [true, "opening"]);
  const connected = once(stream, "connect");
  dial(left);
  await connected;
  assertEquals(stream.connecting, false);
  const bytes = new Uint8Array(16);
  assertEquals(await right.read(bytes), 5);
  right.close();
});

test("NodeStream reports why its connection failed", async () => {
  const stream = new NodeStream(UnixConn.connect({ abstract: "nobody listens at this name" }));
  const [error] = await once(stream, "error");
  assertEquals(error.code, "ECONNREFUSED");
  assert(stream.destroyed);
});

test("NodeStream refuses what is no connection, at once or as an error", async () => {
  for (const wrong of [undefined, null, 5, "x", {}]) {
    assertThrows(() => new NodeStream(wrong as never), TypeError, "a connection must have read()");
    const stream = new NodeStream(Promise.resolve(wrong) as never);
    stream.write("lost");
    const [error] = await once(stream, "error");
    assert(error instanceof TypeError && error.message.includes("a connection must have read()"), String(error));
  }
});

test("NodeStream ignores options once its connection has closed itself, as net.Socket does", { needs }, async () => {
  using listener = TcpListener.listen(LOCAL);
  using client = await TcpConn.connect(listener.addr);
  const stream = new NodeStream(await listener.accept(), { allowHalfOpen: true });
  await client.write(new TextEncoder().encode("not consumed yet"));
  await client.closeWrite();
  await once(stream.end("bye"), "finish");
  while ((stream.conn?.socket.fd ?? -1) >= 0) await new Promise((resolve) => setTimeout(resolve, 5));
  stream.setNoDelay().setKeepAlive(true, 1000).ref().unref();
  assertEquals([stream.readyState, stream.remoteAddress], ["readOnly", "127.0.0.1"]);
  await once(stream.resetAndDestroy(), "close");
});

test("NodeStream: a write to a connection that is closed is an error", async () => {
  const [left, right] = socketPair("stream");
  const stream = new NodeStream(left);
  right.close();
  await assertRejects(() => pipeline([new Uint8Array(1 << 20)], stream), Error, "EPIPE");
});

test("an unref'd NodeStream lets the program end", { needs: ["run", "env"] }, async () => {
  await using program = spawnScript(`
    import { NodeStream } from "${new URL("../../node/mod.ts", import.meta.url)}";
    import { socketPair, UnixConn } from "${new URL("../../unix/mod.ts", import.meta.url)}";
    const [left] = socketPair("stream");
    new NodeStream(left).resume().unref();
    console.log("ends");
  `);
  const { code, stdout } = await program.exit;
  assertEquals([code, stdout], [0, "ends\n"]);
});

test("net.Server takes our connections as events, from serveNode()", { needs }, async () => {
  const [left, right] = socketPair("stream");
  const server = createServer((socket) => void socket.end("hello"));
  server.emit("connection", new NodeStream(left));
  const bytes = new Uint8Array(16);
  assertEquals(await right.read(bytes), 5);
  right.close();
});
