import { BlockingSocket, LineReader, poll } from "../../socket/blocking/mod.ts";
import { C, isSystemError } from "../../ffi/mod.ts";
import { tcpAddrCodec, udpAddrCodec } from "../../inet/mod.ts";
import { decodeControlMessages, encodeControlMessages, MessageBatch, SO_REUSEADDR, Socket } from "../../socket/mod.ts";
import { unixAddrCodec, UnixMessage } from "../../unix/mod.ts";
import { assert, assertEquals, assertThrows, test } from "../runner/mod.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const LOOPBACK = { hostname: "127.0.0.1", port: 0 };

/** Two ends of a connection of AF_UNIX. */
function pair(type: number): [BlockingSocket, BlockingSocket] {
  const [left, right] = Socket.pair(C.AF_UNIX, type);
  return [left.blocking(), right.blocking()];
}

/** The error that a call throws. */
function errorOf(call: () => unknown): Error & { code?: string; bytesWritten?: number; bytesRead?: number } {
  return assertThrows(call) as Error;
}

test("TCP: call by call, as in C", () => {
  using server = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  server.set(SO_REUSEADDR, true);
  server.bind(LOOPBACK);
  server.listen(5);
  using client = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  client.connect(server.localAddr);
  using conn = server.accept();
  assertEquals(conn.remoteAddr, client.localAddr);
  assertEquals(client.remoteAddr, server.localAddr);

  client.sendall(encoder.encode("Hello, world"));
  const buffer = new Uint8Array(1024);
  assertEquals(conn.recv(buffer.subarray(0, 5)), 5);
  assertEquals(conn.recv(buffer.subarray(5)), 7);
  assertEquals(decoder.decode(buffer.subarray(0, 12)), "Hello, world");
  assertEquals(conn.send(buffer.subarray(0, 12)), 12);
  assertEquals(client.recv(buffer, { flags: C.MSG_PEEK }), 12);
  assertEquals(client.recv(buffer), 12);
  client.shutdown(C.SHUT_WR);
  assertEquals(conn.recv(buffer), 0);
  assertEquals(conn.recv(buffer), 0);
});

test("TCP over IPv6, and an address as sockaddr bytes", () => {
  using server = BlockingSocket.open(C.AF_INET6, C.SOCK_STREAM);
  server.bind(tcpAddrCodec.encode({ hostname: "::1", port: 0 }));
  server.listen();
  using client = BlockingSocket.open(C.AF_INET6, C.SOCK_STREAM);
  client.connect(server.localAddr);
  using conn = server.accept();
  assertEquals(conn.remoteAddr, client.localAddr);
});

test("UDP: sendto and recvfrom, and back to the sender", () => {
  using one = BlockingSocket.open(C.AF_INET, C.SOCK_DGRAM, { codec: udpAddrCodec });
  using two = BlockingSocket.open(C.AF_INET, C.SOCK_DGRAM, { codec: udpAddrCodec });
  one.bind(LOOPBACK);
  two.bind(LOOPBACK);
  const buffer = new Uint8Array(64);
  for (const timeout of [Infinity, 1000]) {
    assertEquals(one.sendto(encoder.encode("there"), two.localAddr), 5);
    const { length, addr } = two.recvfrom(buffer, { timeout });
    assertEquals([length, addr], [5, one.localAddr]);
    two.sendto(buffer.subarray(0, length), addr);
    assertEquals(one.recvfrom(buffer, { timeout, flags: C.MSG_TRUNC }).length, 5);
  }
});

test("batches: the messages that are there are received in one call, with and without a timeout", () => {
  for (const timeout of [Infinity, 1000]) {
    const [left, right] = pair(C.SOCK_DGRAM);
    const batch = new MessageBatch({ capacity: 8, size: 16 });
    for (const length of [1, 2, 3]) batch.push(new Uint8Array(length));
    assertEquals(left.sendmmsg(batch), 3);
    assertEquals(right.recvmmsg(batch, { timeout }), 3);
    assertEquals([0, 1, 2].map((i) => batch.data(i).length), [1, 2, 3]);
    left.send(new Uint8Array(1));
    assertEquals(right.recvmmsg(batch, { timeout }), 1); // the descriptor blocks now, and still it takes what is there
    left.close();
    right.close();
  }
});

test("unix: three socket types, names, and a descriptor sent along with data", () => {
  for (const type of [C.SOCK_STREAM, C.SOCK_SEQPACKET, C.SOCK_DGRAM]) {
    using server = BlockingSocket.open(C.AF_UNIX, type, { codec: unixAddrCodec });
    const abstract = `blocking-${crypto.randomUUID()}`;
    server.bind({ abstract });
    if (type !== C.SOCK_DGRAM) server.listen(5);
    using client = BlockingSocket.open(C.AF_UNIX, type, { codec: unixAddrCodec });
    client.connect({ abstract });
    const conn = type === C.SOCK_DGRAM ? server : server.accept();
    const data = new Uint8Array(Int32Array.of(client.fd).buffer);
    const control = encodeControlMessages([{ level: C.SOL_SOCKET, type: C.SCM_RIGHTS, data }]);
    assertEquals(client.sendmsg({ buffers: [encoder.encode("a"), encoder.encode("bc")], control }), 3);
    const buffer = new Uint8Array(16);
    const received = conn.recvmsg({ buffers: [buffer], controlLength: 64 }, { timeout: 1000 });
    assertEquals(received.length, 3);
    assertEquals(received.addr, { transport: "unix", path: "" });
    assertEquals(decodeControlMessages(received.control).length, 1);
    using message = new UnixMessage(buffer, received, 1);
    const passed = BlockingSocket.fromFd(message.fds[0]?.take() ?? -1, { codec: unixAddrCodec });
    passed.sendall(encoder.encode("by the other"));
    assertEquals(conn.recv(buffer), 12);
    passed.close();
    conn.close();
  }
});

test("a timeout: the error names the call, and nothing is lost", () => {
  const [left, right] = pair(C.SOCK_STREAM);
  const buffer = new Uint8Array(8);
  const error = errorOf(() => right.recv(buffer, { timeout: 20 }));
  assertEquals([error.name, error.message], [
    "TimeoutError",
    "Cannot receive from the socket in time: timeout is 20 ms",
  ]);
  right.timeout = 10;
  assertEquals(errorOf(() => right.recv(buffer)).name, "TimeoutError");
  left.sendall(encoder.encode("abc"));
  const some = errorOf(() => right.recv(buffer, { flags: C.MSG_WAITALL }));
  assertEquals([some.name, some.bytesRead], ["TimeoutError", 3]);
  assertEquals(decoder.decode(buffer.subarray(0, 3)), "abc");

  left.timeout = 30;
  const flood = new Uint8Array(16 << 20);
  const full = errorOf(() => left.sendall(flood));
  assertEquals(full.name, "TimeoutError");
  left.close();
  let total = 0;
  for (let n = right.recv(flood); n > 0; n = right.recv(flood)) total += n;
  assertEquals(total, full.bytesWritten);
  right.close();
});

test("timeouts are never early, and hardly late", () => {
  const [left, right] = pair(C.SOCK_DGRAM);
  using udp = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  udp.bind(LOOPBACK);
  udp.listen();
  const late: number[] = [];
  for (const timeout of [0, 0.4, 1, 3.7, 10, 40, 260, 510]) {
    for (const call of [() => right.recv(new Uint8Array(1), { timeout }), () => udp.accept({ timeout })]) {
      const begin = performance.now();
      assertEquals(errorOf(call).name, "TimeoutError");
      const took = performance.now() - begin;
      assert(took >= timeout, `${took} ms instead of ${timeout}`);
      late.push(took - timeout);
    }
    const begin = performance.now();
    assertEquals(poll([{ socket: right }], { timeout }), []);
    assert(performance.now() - begin >= timeout);
  }
  late.sort((a, b) => a - b);
  assert((late[Math.floor(late.length / 2)] ?? Infinity) < 20, `${late} ms late`); // single ones are the machine's
  left.close();
  right.close();
});

test("MSG_DONTWAIT and MSG_ERRQUEUE do not block", () => {
  using socket = BlockingSocket.open(C.AF_INET, C.SOCK_DGRAM, { codec: udpAddrCodec });
  socket.bind(LOOPBACK);
  for (const flags of [C.MSG_DONTWAIT, C.MSG_ERRQUEUE]) {
    assertEquals(errorOf(() => socket.recvmsg({ buffers: [new Uint8Array(1)] }, { flags })).name, "TimeoutError");
  }
});

test("errors are the kernel's, with the call and the address", () => {
  using server = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  server.bind(LOOPBACK);
  const { port } = server.localAddr;
  using other = BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, { codec: tcpAddrCodec });
  const busy = errorOf(() => other.bind({ hostname: "127.0.0.1", port }));
  assert(isSystemError(busy, "EADDRINUSE"));
  assertEquals(busy.message, `Cannot bind to 127.0.0.1:${port}: Address already in use (EADDRINUSE)`);
  const refused = errorOf(() => other.connect({ hostname: "127.0.0.1", port }));
  assertEquals(refused.message, `Cannot connect to 127.0.0.1:${port}: Connection refused (ECONNREFUSED)`);
  const [left, right] = pair(C.SOCK_STREAM);
  right.close();
  assert(isSystemError(errorOf(() => left.sendall(new Uint8Array(1))), "EPIPE"));
  left.close();
  left.close();
  for (const use of [() => left.send(new Uint8Array(1)), () => left.recv(new Uint8Array(1))]) {
    assert(isSystemError(errorOf(use), "EBADF"));
  }
  assert(isSystemError(errorOf(() => poll([{ socket: left }])), "EBADF"));
});

test("wrong arguments are refused before any call", () => {
  const [left, right] = pair(C.SOCK_STREAM);
  const wrong = { timout: 1 } as unknown as { timeout: number };
  for (
    const call of [
      () => left.recv(new Uint8Array(1), wrong),
      () => left.accept(wrong),
      () => poll([{ socket: left }], wrong),
      () => new LineReader(left).readLine(wrong),
      () => BlockingSocket.open(C.AF_INET, C.SOCK_STREAM, wrong as object),
      () => left.close(wrong),
      () => left.recv("text" as unknown as Uint8Array, { timeout: 0 }),
      () => left.connect("text" as unknown as Uint8Array),
    ]
  ) assertThrows(call, TypeError);
  for (const timeout of [-1, NaN, "1" as unknown as number]) {
    assertThrows(() => left.recv(new Uint8Array(1), { timeout }), RangeError);
    assertThrows(() => left.timeout = timeout, RangeError);
  }
  assertThrows(() => new LineReader(left, { maxLength: 0 }), RangeError);
  left.close();
  right.close();
});

test("a descriptor moves from a Socket to a BlockingSocket, and back", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  let blocking = left.blocking();
  assertEquals(left.fd, -1);
  for (let i = 0; i < 3; i++) {
    await right.write(Uint8Array.of(i));
    const buffer = new Uint8Array(4);
    assertEquals(blocking.recv(buffer), 1);
    assertEquals(errorOf(() => blocking.recv(buffer, { timeout: 1 })).name, "TimeoutError");
    const asynchronous = Socket.fromFd(blocking.detach());
    assertEquals(blocking.fd, -1);
    const read = asynchronous.read(buffer); // it waits, and the thread does not
    await right.write(Uint8Array.of(10 + i));
    assertEquals(await read, 1);
    assertEquals(buffer[0], 10 + i);
    blocking = asynchronous.blocking();
  }
  blocking.close();
  right.close();
});

test("poll() tells which of many sockets are ready", () => {
  const pairs = Array.from({ length: 20 }, () => pair(C.SOCK_STREAM));
  const requests = pairs.map(([left]) => ({ socket: left }));
  assertEquals(poll(requests, { timeout: 0 }), []);
  pairs[7]?.[1].send(new Uint8Array(1));
  pairs[13]?.[1].close();
  const ready = poll(requests);
  assertEquals(
    ready.map(({ socket, read, hangup }) => [requests.findIndex((it) => it.socket === socket), read, hangup]),
    [
      [7, true, false],
      [13, true, true],
    ],
  );
  const [first] = pairs[0] ?? [];
  assert(first !== undefined);
  const [writable] = poll([{ socket: first, events: ["read", "write"] }]);
  assertEquals([writable?.read, writable?.write], [false, true]);
  for (const [left, right] of pairs) {
    left.close();
    right.close();
  }
});

test("poll() refuses what is not a descriptor, and one that is not open", () => {
  for (const fd of [undefined, NaN, 1.5, "0", 2 ** 32, -2] as unknown as number[]) {
    assertThrows(() => poll([{ socket: { fd } }], { timeout: 0 }), RangeError, "descriptor must be");
  }
  assertThrows(() => poll([{ socket: { fd: 1_000_000 } }], { timeout: 0 }), Error, "a socket is closed"); // above any limit
});

test("lines: LF and CRLF, in pieces, a last line without a newline, and the bytes after the line", () => {
  const [left, right] = pair(C.SOCK_STREAM);
  const reader = new LineReader(right, { maxLength: 16 });
  left.sendall(encoder.encode("one\r\ntwo\n\nthr"));
  assertEquals([reader.readLine(), reader.readLine(), reader.readLine()], ["one", "two", ""]);
  assertEquals(errorOf(() => reader.readLine({ timeout: 5 })).name, "TimeoutError");
  left.sendall(encoder.encode("ee\n15 characters..\nbehind"));
  assertEquals(reader.readLine(), "three");
  assertEquals(reader.readLine(), "15 characters..");
  const buffer = new Uint8Array(4);
  assertEquals(reader.recv(buffer), 4);
  assertEquals(decoder.decode(buffer), "behi");
  left.sendall(encoder.encode("\nü 17 characters..\n"));
  assertEquals(reader.readLine(), "nd");
  assertThrows(() => reader.readLine(), RangeError);
  left.close();
  right.close();
  const [from, to] = pair(C.SOCK_STREAM);
  from.sendall(encoder.encode("a\nb"));
  from.close();
  assertEquals([...new LineReader(to)], ["a", "b"]);
  assertEquals(new LineReader(to).readLine(), null);
  to.close();
});

test("lines keep U+FEFF at their start, as Python's makefile() does", () => {
  const [from, to] = pair(C.SOCK_STREAM);
  from.sendall(encoder.encode("\uFEFFa\n\uFEFFb\n"));
  from.close();
  assertEquals([...new LineReader(to)], ["\uFEFFa", "\uFEFFb"]);
  to.close();
});

test("sending waits while the queue of unix datagrams is full", () => {
  using to = BlockingSocket.open(C.AF_UNIX, C.SOCK_DGRAM, { codec: unixAddrCodec });
  to.bind({ autobind: true });
  using from = BlockingSocket.open(C.AF_UNIX, C.SOCK_DGRAM, { codec: unixAddrCodec });
  let sent = 0;
  const error = errorOf(() => {
    for (;; sent++) from.sendto(new Uint8Array(1), to.localAddr, { timeout: 30 });
  });
  assertEquals(error.name, "TimeoutError");
  assert(sent > 0);
  for (let i = 0; i < sent; i++) to.recv(new Uint8Array(1));
  assertEquals(from.sendto(new Uint8Array(1), to.localAddr), 1);
});

test("a protocol by its number, and localhost", () => {
  using socket = BlockingSocket.open(C.AF_INET, C.SOCK_DGRAM, { protocol: C.IPPROTO_UDP, codec: udpAddrCodec });
  socket.bind({ hostname: "localhost", port: 0 });
  assertEquals(socket.localAddr.hostname, "127.0.0.1");
});
