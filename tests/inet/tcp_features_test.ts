import { C } from "../../ffi/mod.ts";
import * as inet from "../../inet/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { inNetworkNamespace, SO_OOBINLINE, SO_PROTOCOL } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES, setSysctl } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertRejects, assertThrows, fromHex, spawn, test } from "../runner/mod.ts";

type SystemError = Error & { code: string };

async function connected(): Promise<{ client: TcpConn; server: TcpConn } & Disposable> {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const [client, server] = await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
  return { client, server, [Symbol.dispose]: () => [client, server].forEach((conn) => conn.close()) };
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const OOB_PEER = `
import select, socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
s.sendall(b"before")
s.send(b"!", socket.MSG_OOB)
s.sendall(b"after")
print("sent", flush=True)
select.select([], [], [s], 10)
print(s.recv(1, socket.MSG_OOB).decode(), flush=True)
data = b""
while len(data) < 4:
    data += s.recv(100)
print(data.decode(), flush=True)
s.close()`;

test("urgent data goes both ways with Python", { needs: ["python3"] }, async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  await using python = spawn("python3", ["-c", OOB_PEER, String(listener.addr.port)]);
  using conn = await listener.accept({ timeout: 10_000 });
  assertEquals(await python.line(), "sent");
  assertEquals(await conn.receiveUrgent({ timeout: 5000 }), "!".charCodeAt(0));
  const buffer = new Uint8Array(100);
  assertEquals(conn.atUrgentMark(), false);
  assertEquals(await conn.read(buffer), 6); // a read stops at the mark
  assertEquals(new TextDecoder().decode(buffer.subarray(0, 6)), "before");
  assertEquals(conn.atUrgentMark(), true);
  assertEquals(await conn.read(buffer), 5);
  assertEquals(await conn.sendUrgent(bytes("?")), 1);
  assertEquals(await python.line(), "?");
  await conn.write(bytes("rest"));
  assertEquals(await python.line(), "rest");
  assertEquals((await python.exit).code, 0);
});

test("receiveUrgent() waits, returns nothing twice, and ends with the stream", async () => {
  using pair = await connected();
  const { client, server } = pair;
  const urgent = server.receiveUrgent({ timeout: 5000 });
  await client.sendUrgent(bytes("abu"));
  assertEquals(await urgent, "u".charCodeAt(0));
  assertEquals(await server.read(new Uint8Array(10)), 2);
  await assertRejects(() => server.receiveUrgent({ timeout: 20 }), Error, "in time");
  await client.write(bytes("abc"));
  assertEquals(await server.read(new Uint8Array(10)), 3);
  const none = server.receiveUrgent();
  await client.closeWrite();
  assertEquals(await none, null);
  client.close();
  assertEquals((await assertRejects(() => client.receiveUrgent()) as SystemError).code, "EBADF");
});

test("close() ends a receiveUrgent() that waits", async () => {
  using pair = await connected();
  const urgent = assertRejects(() => pair.server.receiveUrgent(), Error, "the socket was closed");
  await new Promise((resolve) => setTimeout(resolve, 20));
  pair.server.close();
  await urgent;
});

test("receiveUrgent() gets the byte even while a read waits", async () => {
  using pair = await connected();
  const urgent = pair.server.receiveUrgent({ timeout: 5000 });
  const reading = pair.server.read(new Uint8Array(10));
  await new Promise((resolve) => setTimeout(resolve, 20));
  await pair.client.sendUrgent(bytes("u"));
  assertEquals(await urgent, "u".charCodeAt(0));
  await pair.client.write(bytes("abc"));
  assertEquals(await reading, 3);
});

test("a read past urgent data discards it, as tcp(7) says, and loses no other byte", async () => {
  using pair = await connected();
  const reading = pair.server.read(new Uint8Array(10));
  await pair.client.sendUrgent(bytes("u"));
  await pair.client.write(bytes("abc"));
  assertEquals(await reading, 3);
});

test("SO_OOBINLINE leaves urgent data in the stream", async () => {
  using pair = await connected();
  pair.server.socket.set(SO_OOBINLINE, true);
  await pair.client.sendUrgent(bytes("ab"));
  const buffer = new Uint8Array(10);
  let got = "";
  while (got.length < 2) got += new TextDecoder().decode(buffer.subarray(0, await pair.server.read(buffer) ?? 0));
  assertEquals(got, "ab");
});

test("reset() breaks the connection at once", async () => {
  using pair = await connected();
  await pair.client.write(new Uint8Array(1000));
  pair.client.reset();
  pair.client.reset();
  const error = await assertRejects(async () => {
    while (await pair.server.read(new Uint8Array(100)) !== null);
  }) as SystemError;
  assertEquals(error.code, "ECONNRESET");
});

test("TCP_INFO agrees with ss of iproute2", { needs: ["ss"] }, async () => {
  using pair = await connected();
  const { client, server } = pair;
  for (let i = 0; i < 20; i++) {
    await client.write(new Uint8Array(5000));
    for (let got = 0; got < 5000;) got += await server.read(new Uint8Array(5000)) ?? 5000;
  }
  client.socket.set(inet.TCP_CONGESTION, "reno"); // which every program may set
  const info = client.socket.get(inet.TCP_INFO);
  const text = await runProgram("ss", ["-tinH", "sport", "=", String(client.localAddr.port)]);
  const field = (name: string) => Number(new RegExp(`\\b${name}:([\\d.]+)`).exec(text)?.[1]);
  assertEquals(info.state, "ESTABLISHED");
  assertEquals(info.sendMss, field("mss"));
  assertEquals(info.pathMtu, field("pmtu"));
  assertEquals(info.advertisedMss, field("advmss"));
  assertEquals(info.congestionWindow, field("cwnd"));
  assertEquals([info.bytesSent, info.bytesAcked], [100_000, 100_001]); // the SYN counts
  assertEquals([field("bytes_sent"), field("bytes_acked")], [100_000, 100_001]);
  assertEquals(info.segmentsOut, field("segs_out"));
  assertEquals(info.dataSegmentsOut, field("data_segs_out"));
  const [rtt, variance] = /\brtt:([\d.]+)\/([\d.]+)/.exec(text)?.slice(1).map(Number) ?? [];
  assert(
    Math.abs(info.rtt - (rtt ?? -1)) < 0.01 && Math.abs(info.rttVariance - (variance ?? -1)) < 0.01,
    `${info.rtt} ${text}`,
  );
  assert(Math.abs(info.rto - field("rto")) <= 1, `${info.rto} ${text}`);
  assert(Math.abs((info.minRtt ?? -1) - field("minrtt")) < 0.01, text);
  const [send, receive] = /wscale:(\d+),(\d+)/.exec(text)?.slice(1).map(Number) ?? [];
  assertEquals([info.sendWindowScale, info.receiveWindowScale], [send ?? -1, receive ?? -1]);
  assertEquals(server.socket.get(inet.TCP_INFO).bytesReceived, 100_000);
  client.close();
  assertEquals(await server.read(new Uint8Array(1)), null);
  assertEquals(server.socket.get(inet.TCP_INFO).state, "CLOSE_WAIT");
});

test("TCP_INFO of a listener reports its queue", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0, backlog: 7 });
  using _client = await TcpConn.connect(listener.addr);
  const info = listener.socket.get(inet.TCP_INFO);
  assertEquals([info.state, info.unacked, info.sacked], ["LISTEN", 1, 7]);
});

test("decodeTcpInfo leaves out what an old kernel does not report", () => {
  const old = inet.TCP_INFO.decode(new Uint8Array(104).fill(1));
  assertEquals([old.totalRetrans, old.pacingRate, old.sendWindow], [0x01010101, undefined, undefined]);
  const newer = inet.TCP_INFO.decode(new Uint8Array(192).fill(0xff));
  assertEquals([newer.pacingRate, newer.delivered === undefined], [null, true]);
  for (let length = 0; length <= 240; length++) inet.TCP_INFO.decode(new Uint8Array(length));
});

test("decodeTcpInfo decodes bit fields as C does", { needs: ["python3"] }, async () => {
  const program = `import ctypes
names = ["sendWindowScale", "receiveWindowScale", "deliveryRateAppLimited", "fastOpenClientFail"]
class Info(ctypes.Structure):
    _fields_ = [("before", ctypes.c_uint8 * 6)] + [(n, ctypes.c_uint8, w) for n, w in zip(names, [4, 4, 1, 2])]
for values in [(1, 2, 1, 2), (14, 7, 0, 1), (0, 0, 1, 0), (0, 0, 0, 3)]:
    print(bytes(Info((0,) * 6, *values)).hex(), *values)`;
  for (const line of (await runProgram("python3", ["-c", program])).trimEnd().split("\n")) {
    const [bytes = "", ...values] = line.split(" ");
    const info = inet.TCP_INFO.decode(fromHex(bytes));
    const got = [info.sendWindowScale, info.receiveWindowScale, info.deliveryRateAppLimited, info.fastOpenClientFail];
    assertEquals(got.map(Number), values.map(Number), bytes);
  }
});

test("TCP_DEFER_ACCEPT hides a connection until it has sent something", async () => {
  const configure = (socket: import("../../socket/mod.ts").Socket) => socket.set(inet.TCP_DEFER_ACCEPT, 5);
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0, configure });
  using client = await TcpConn.connect(listener.addr);
  const error = await assertRejects(() => listener.accept({ timeout: 50 })) as SystemError;
  assertEquals(error.name, "TimeoutError");
  const accepted = listener.accept({ timeout: 5000 });
  await client.write(bytes("x"));
  using conn = await accepted;
  assertEquals(await conn.read(new Uint8Array(2)), 1);
});

test("TCP_CORK holds small writes back until it is turned off", async () => {
  using pair = await connected();
  pair.client.socket.set(inet.TCP_CORK, true);
  await pair.client.write(bytes("a"));
  await pair.client.write(bytes("b"));
  await assertRejects(() => pair.server.read(new Uint8Array(9), { timeout: 50 }), Error, "in time");
  pair.client.socket.set(inet.TCP_CORK, false);
  assertEquals(await pair.server.read(new Uint8Array(9), { timeout: 5000 }), 2);
});

test("TCP_SAVED_SYN is the SYN of the accepted connection", async () => {
  const configure = (socket: import("../../socket/mod.ts").Socket) => socket.set(inet.TCP_SAVE_SYN, true);
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0, configure });
  using client = await TcpConn.connect(listener.addr);
  using conn = await listener.accept();
  const syn = conn.socket.get(inet.TCP_SAVED_SYN);
  const view = new DataView(syn.buffer, syn.byteOffset);
  assertEquals([syn[0], syn[9]], [0x45, C.IPPROTO_TCP]);
  assertEquals([view.getUint16(20), view.getUint16(22)], [client.localAddr.port, listener.addr.port]);
  assertEquals(syn[33], 2 | (syn[33] ?? 0) & 0xc0); // SYN, perhaps with ECN's bits
  assertEquals(conn.socket.get(inet.TCP_SAVED_SYN).length, 0);
});

test("Multipath TCP is used if both ends support it, and a fallback is reported", async () => {
  using both = TcpListener.listen({ hostname: "127.0.0.1", port: 0, multipath: true });
  using client = await TcpConn.connect({ ...both.addr, multipath: true });
  using server = await both.accept();
  if (client.socket.get(SO_PROTOCOL) === C.IPPROTO_MPTCP) {
    assertEquals([client.isMultipath(), server.isMultipath()], [true, true]);
  }
  await client.write(bytes("hello"));
  assertEquals(await server.read(new Uint8Array(9)), 5);
  using plainClient = await TcpConn.connect(both.addr);
  using accepted = await both.accept();
  assertEquals([plainClient.isMultipath(), accepted.isMultipath()], [false, false]);
  using plain = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using fallen = await TcpConn.connect({ ...plain.addr, multipath: true });
  using other = await plain.accept();
  assertEquals([fallen.isMultipath(), other.isMultipath()], [false, false]);
  await fallen.write(bytes("hello"));
  assertEquals(await other.read(new Uint8Array(9)), 5);
  using six = TcpListener.listen({ hostname: "::1", port: 0 });
  const plainSix = await TcpConn.connect(six.addr);
  assertEquals(plainSix.isMultipath(), false);
  plainSix.close();
  assertThrows(() => plainSix.isMultipath(), Error, "the socket is closed");
});

test("TCP fast open carries data with the SYN, at both ends", { needs: NAMESPACES }, async () => {
  await using pair = await namespacePair();
  for (const { name } of [pair.left, pair.right]) {
    await setSysctl(name, "net.ipv4.tcp_fastopen", "3");
  }
  using listener = inNetworkNamespace(
    pair.right.path,
    () =>
      TcpListener.listen({
        hostname: "10.9.0.2",
        port: 7001,
        configure: (socket) => socket.set(inet.TCP_FASTOPEN, 16),
      }),
  );
  assertEquals(listener.socket.get(inet.TCP_FASTOPEN), 16);
  const infos = [];
  for (let i = 0; i < 2; i++) {
    using client = await TcpConn.connect({
      hostname: "10.9.0.2",
      port: 7001,
      networkNamespace: pair.left.path,
      configure: (socket) => socket.set(inet.TCP_FASTOPEN_CONNECT, true),
      timeout: 10_000,
    });
    await client.write(bytes("early"));
    using server = await listener.accept({ timeout: 10_000 });
    assertEquals(await server.read(new Uint8Array(10), { timeout: 10_000 }), 5);
    await server.write(bytes("answer"));
    assertEquals(await client.read(new Uint8Array(10), { timeout: 10_000 }), 6);
    infos.push(client.socket.get(inet.TCP_INFO));
  }
  const SYN_DATA = 32; // TCPI_OPT_SYN_DATA: the SYN's data were acknowledged; the first connection had no cookie yet
  assertEquals(infos.map(({ options }) => (options & SYN_DATA) !== 0), [false, true]);
});
