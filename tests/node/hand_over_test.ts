import { existsSync } from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as createNetServer } from "node:net";
import { Duplex } from "node:stream";
import { C } from "../../ffi/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { listenOn, toNodeSocket } from "../../node/mod.ts";
import { Socket, SocketOwner } from "../../socket/mod.ts";
import { UnixConn, UnixListener, UnixSeqpacketListener } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows, tempDir, test } from "../runner/mod.ts";

const skipOn = { bun: "Bun's node:net takes no descriptor" };
const LOCAL = { hostname: "127.0.0.1", port: 0 };

async function textOf(conn: TcpConn | UnixConn): Promise<string> {
  let text = "";
  for await (const chunk of conn.readable) text += new TextDecoder().decode(chunk);
  return text;
}

async function exchange(client: TcpConn | UnixConn, server: TcpConn | UnixConn): Promise<void> {
  const socket = toNodeSocket(server);
  assertEquals(server.socket.fd, -1);
  socket.on("data", (bytes) => socket.end(`got ${bytes}`));
  const closed = new Promise((resolve) => socket.once("close", resolve));
  await client.write(new TextEncoder().encode("hello"));
  assertEquals(await textOf(client), "got hello");
  client.close();
  await closed;
}

test("toNodeSocket() turns a TCP connection into a net.Socket", { skipOn }, async () => {
  using listener = TcpListener.listen(LOCAL);
  const [client, server] = await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
  await exchange(client, server);
});

test("toNodeSocket() turns an AF_UNIX connection into a net.Socket", {
  skipOn,
  needs: ["read", "write", "env"],
}, async () => {
  using dir = tempDir();
  using listener = await UnixListener.listen({ path: `${dir.path}/socket` });
  const [client, server] = await Promise.all([UnixConn.connect({ path: `${dir.path}/socket` }), listener.accept()]);
  await exchange(client, server);
});

test(
  "listenOn() leaves no error listener on a server that it could not use",
  { skipOn, needs: ["net"] },
  async () => {
    const server = createNetServer();
    using messages = UnixSeqpacketListener.listen({ autobind: true });
    await assertRejects(() => listenOn(server, messages), TypeError, "only streams");
    assertEquals(server.listenerCount("error"), 0);
    await listenOn(server, TcpListener.listen(LOCAL));
    const second = TcpListener.listen(LOCAL);
    await assertRejects(() => listenOn(server, second), Error);
    assertEquals([server.listenerCount("error"), second.socket.fd], [0, -1]);
    await new Promise((resolve) => server.close(resolve));
  },
);

test("toNodeSocket() refuses a listener, listenOn() a connection, and both stay open", async () => {
  using listener = TcpListener.listen(LOCAL);
  using client = await TcpConn.connect(listener.addr);
  using server = await listener.accept();
  assertThrows(() => toNodeSocket(listener), TypeError, "it listens");
  for (const none of [undefined, null, {}, Promise.resolve(server)] as never[]) {
    assertThrows(
      () => toNodeSocket(none),
      TypeError,
      "Cannot pass a descriptor to node:net as it needs a connection, or another object with a socket: current value is",
    );
    await assertRejects(
      () => listenOn(createNetServer(), none),
      TypeError,
      "Cannot pass a descriptor to node:net as it needs a connection, or another object with a socket",
    );
    await assertRejects(() => listenOn(none, listener), TypeError, "Cannot listen as this is no server: current value");
  }
  await assertRejects(() => listenOn(createNetServer(), server), TypeError, "does not listen");
  assert(listener.socket.fd >= 0);
  await client.write(new Uint8Array(3));
  assertEquals(await server.read(new Uint8Array(8)), 3);
});

test("listenOn() rejects if the server is closed before it listens", { skipOn, needs: ["net"] }, async () => {
  const server = createNetServer();
  const listening = listenOn(server, TcpListener.listen(LOCAL));
  server.close();
  await assertRejects(() => listening, Error, "closed");
  assertEquals(["error", "close", "listening"].map((event) => server.listenerCount(event)), [0, 0, 0]);
});

test("listenOn() lets node:http serve on a listener", { skipOn, needs: ["net"] }, async () => {
  const listener = TcpListener.listen(LOCAL);
  const { port } = listener.addr;
  const server = createServer((request, response) => void response.end(`path ${request.url}`));
  await listenOn(server, listener);
  assertEquals(listener.socket.fd, -1);
  using client = await TcpConn.connect({ hostname: "127.0.0.1", port });
  await client.write(new TextEncoder().encode("GET /here HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n"));
  const answer = await textOf(client);
  assert(answer.startsWith("HTTP/1.1 200 OK\r\n") && answer.includes("path /here"), answer);
  await new Promise((resolve) => server.close(resolve));
  assertEquals(
    (await assertRejects(() => TcpConn.connect({ hostname: "127.0.0.1", port }))).message.slice(-14),
    "(ECONNREFUSED)",
  );
});

test("listenOn() gives a server the path of its listener, and close() removes the file", {
  skipOn,
  needs: ["net", "read", "write", "env"],
}, async () => {
  using dir = tempDir();
  const path = `${dir.path}/s`;
  for (let start = 0; start < 2; start++) { // the second finds no file
    const server = createNetServer((socket) => socket.end("hello"));
    await listenOn(server, UnixListener.listen({ path }));
    assertEquals(server.address() as unknown, path);
    const client = await UnixConn.connect({ path });
    assertEquals(await textOf(client), "hello");
    const closed = new Promise((resolve) => server.close(resolve));
    assert(!existsSync(path), "the file is there after close()");
    assertEquals(server.address(), null);
    client.close();
    await closed;
  }
  const server = createNetServer();
  await listenOn(server, TcpListener.listen(LOCAL));
  assertEquals(typeof (server.address() as { port: number }).port, "number");
  await new Promise((resolve) => server.close(resolve));
});

test("a socket that carries messages is refused, and stays open", () => {
  class Messages extends SocketOwner {}
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_SEQPACKET).map((socket) => new Messages(socket));
  assert(left !== undefined && right !== undefined);
  assertThrows(() => toNodeSocket(left), TypeError, "carries messages");
  assert(left.socket.fd >= 0);
  left.close();
  right.close();
});

test("on Bun, a socket that cannot be handed over says so, and stays open", {
  skipOn: { deno: "Deno's node:net takes a descriptor", node: "Node's node:net takes a descriptor" },
}, async () => {
  using listener = TcpListener.listen(LOCAL);
  const [client, server] = await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
  assertThrows(() => toNodeSocket(server), Error, "use new NodeStream(conn)");
  await assertRejects(() => listenOn(createNetServer(), listener), Error, "on Bun, which ignores it: use serveNode(");
  await server.write(new Uint8Array(3));
  assertEquals(await client.read(new Uint8Array(8)), 3);
  client.close();
  server.close();
});

test("Duplex.fromWeb() turns a connection into a node:stream", async () => {
  using listener = TcpListener.listen(LOCAL);
  using client = await TcpConn.connect(listener.addr);
  const stream = Duplex.fromWeb(await listener.accept() as unknown as Parameters<typeof Duplex.fromWeb>[0]);
  stream.on("data", (bytes) => void stream.end(`got ${bytes}`));
  const closed = new Promise((resolve) => stream.once("close", resolve));
  await client.write(new TextEncoder().encode("hello"));
  await client.closeWrite();
  assertEquals(await textOf(client), "got hello");
  await closed;
});

test("one of our connections and one of node:net talk to each other", { needs: ["net"] }, async () => {
  using listener = TcpListener.listen(LOCAL);
  const theirs = connect(listener.addr.port, "127.0.0.1");
  const ours = await listener.accept();
  const closed = new Promise((resolve) => theirs.once("close", resolve));
  theirs.on("data", (bytes) => theirs.end(`got ${bytes}`));
  await ours.write(new TextEncoder().encode("hello"));
  assertEquals(await textOf(ours), "got hello");
  ours.close();
  await closed;
});
