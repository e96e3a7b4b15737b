import { inspect } from "node:util";
import { PacketSocket } from "../../packet/mod.ts";
import { SmcConn, SmcListener } from "../../smc/mod.ts";
import { C } from "../../ffi/mod.ts";
import { TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { type Conn, MessageBatch, Socket } from "../../socket/mod.ts";
import {
  socketPair,
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
  UnixSeqpacketConn,
  UnixSeqpacketListener,
} from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

type Pair = [ours: Conn<unknown>, theirs: Conn<unknown>];

/** A pair of each kind of connection that carries a stream. */
const PAIRS: Record<string, () => Promise<Pair>> = {
  TcpConn: async () => {
    using listener = TcpListener.listen({ hostname: "127.0.0.1" });
    return await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
  },
  SmcConn: async () => {
    using listener = SmcListener.listen({ hostname: "127.0.0.1", unsupported: "tcp" });
    return await Promise.all([SmcConn.connect({ ...listener.addr, unsupported: "tcp" }), listener.accept()]);
  },
  UnixConn: () => Promise.resolve(socketPair("stream")),
};

/** The ways in which the incoming direction may be over, and the outgoing one. */
const READ_ENDS: Record<string, (conn: Conn<unknown>) => Promise<unknown>> = {
  "read() gives null": async (conn) => assertEquals(await conn.read(new Uint8Array(8)), null),
  "readable ends": (conn) => new Response(conn.readable).text(),
};
const WRITE_ENDS: Record<string, (conn: Conn<unknown>) => Promise<unknown>> = {
  "closeWrite()": (conn) => conn.closeWrite(),
  "writable.close()": (conn) => conn.writable.close(),
};

for (const [name, pair] of Object.entries(PAIRS)) {
  for (const [reading, endReading] of Object.entries(READ_ENDS)) {
    for (const [writing, endWriting] of Object.entries(WRITE_ENDS)) {
      test(`${name} closes itself once ${reading} and ${writing} are done, in either order`, async () => {
        for (const order of [[endReading, endWriting], [endWriting, endReading]] as const) {
          const [ours, theirs] = await pair();
          await theirs.closeWrite();
          await order[0](ours);
          assert(ours.socket.fd >= 0);
          const { localAddr, remoteAddr } = ours;
          await order[1](ours);
          await Promise.resolve();
          assertEquals(ours.socket.fd, -1);
          assertEquals(await ours.read(new Uint8Array(1)), null);
          assertEquals([ours.localAddr, ours.remoteAddr], [localAddr, remoteAddr]);
          await ours.writable.close().catch(() => {}); // closed already where writable was used
          theirs.close();
        }
      });
    }
  }

  test(`${name} ends every waiting read, and writable.close() after closeWrite() is no error`, async () => {
    const [ours, theirs] = await pair();
    await ours.closeWrite();
    const reads = Array.from({ length: 3 }, () => ours.read(new Uint8Array(1)));
    await theirs.closeWrite();
    assertEquals(await Promise.all(reads), [null, null, null]);
    await ours.writable.close();
    theirs.close();
  });

  test(`${name} closes if readable is cancelled, also by leaving a loop, and if writable is aborted`, async () => {
    const WAYS: ((conn: Conn<unknown>) => Promise<unknown>)[] = [
      (conn) => conn.readable.cancel(),
      async (conn) => {
        for await (const _ of conn.readable) break;
      },
      (conn) => conn.writable.abort(),
    ];
    for (const way of WAYS) {
      const [ours, theirs] = await pair();
      await theirs.write(new Uint8Array(3));
      await way(ours);
      assertEquals(ours.socket.fd, -1);
      theirs.close();
    }
  });

  test(`${name}'s writable takes any BufferSource, and nothing else`, async () => {
    const [ours, theirs] = await pair();
    const writer = (ours.writable as unknown as WritableStream<unknown>).getWriter();
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const shared = new SharedArrayBuffer(4);
    new Uint8Array(shared).set(bytes);
    const sources = [bytes, bytes.buffer, new DataView(bytes.buffer), new Uint16Array(bytes.buffer), shared];
    for (const source of sources) await writer.write(source);
    await writer.write(new Uint8Array(bytes.buffer, 1, 2));
    const got = new Uint8Array(22);
    for (let at = 0; at < got.length;) at += await theirs.read(got.subarray(at)) ?? 99;
    assertEquals(got, Uint8Array.from([...sources.flatMap(() => [...bytes]), 2, 3]));
    await assertRejects(() => writer.write("text"), TypeError, "not a BufferSource");
    assertEquals(ours.socket.fd, -1);
    theirs.close();
  });
}

test("a seqpacket connection closes itself once its end was received and closeWrite() is done", async () => {
  const batch = new MessageBatch({ capacity: 2, size: 8 });
  const ends: ((conn: UnixSeqpacketConn) => Promise<unknown>)[] = [
    (conn) => conn.receive(),
    (conn) => conn.receiveMessage(),
    (conn) => conn.receiveBatch(batch),
  ];
  for (const end of ends) {
    const [left, right] = socketPair("seqpacket");
    await right.closeWrite();
    assertEquals(await end(left), null);
    assert(left.socket.fd >= 0);
    await left.closeWrite();
    assertEquals(left.socket.fd, -1);
    for (const again of ends) assertEquals(await again(left), null);
    right.close();
  }
  const [left, right] = socketPair("stream");
  await right.closeWrite();
  await left.closeWrite();
  assertEquals(await left.receiveMessage(), null);
  assertEquals(left.socket.fd, -1);
  right.close();
});

/** Every class with addresses: they are read only after the end. */
test("the addresses of every class stay known after close() and detach(), whether read before or not", async () => {
  const tcp = TcpListener.listen({ hostname: "127.0.0.1" });
  const { port } = tcp.addr;
  const [client, server] = await Promise.all([TcpConn.connect({ port }), tcp.accept()]);
  for (const owner of [tcp, client, server]) owner.close();
  const unasked = TcpListener.listen({ hostname: "127.0.0.1" });
  unasked.close();
  assert(unasked.addr.port > 0);
  assertEquals([tcp.addr.port, client.remoteAddr.port, server.localAddr.port], [port, port, port]);
  assertEquals(client.localAddr, server.remoteAddr);

  for (const type of ["stream", "seqpacket", "datagram"] as const) {
    const [left, right] = socketPair(type);
    left.close();
    right.close();
    for (const end of [left, right]) {
      assertEquals([isUnnamed(end.localAddr), isUnnamed(end.remoteAddr)], [true, true], type);
    }
  }
  const name = `ending test ${crypto.randomUUID()}`;
  const listener = UnixSeqpacketListener.listen({ abstract: name });
  const [one, other] = await Promise.all([UnixSeqpacketConn.connect({ abstract: name }), listener.accept()]);
  for (const owner of [listener, one, other]) owner.close();
  assertEquals([nameOf(one.remoteAddr), nameOf(other.localAddr), nameOf(listener.addr)], [name, name, name]);
  assert(isUnnamed(one.localAddr) && isUnnamed(other.remoteAddr));

  const stream = UnixListener.listen({ abstract: name });
  const conn = await UnixConn.connect({ abstract: name });
  for (const owner of [stream, conn]) owner.close();
  assertEquals([nameOf(stream.addr), nameOf(conn.remoteAddr)], [name, name]);

  const unix = UnixDatagramSocket.bind({ abstract: name });
  const peer = UnixDatagramSocket.open();
  await peer.connect({ abstract: name });
  for (const owner of [unix, peer]) owner.close();
  assertEquals([nameOf(unix.localAddr), nameOf(peer.remoteAddr)], [name, name]);

  const udp = UdpSocket.bind({ hostname: "127.0.0.1" });
  const sender = UdpSocket.bind({ hostname: "127.0.0.1" });
  await sender.connect(udp.localAddr);
  const before = udp.localAddr;
  udp.close();
  sender.close();
  assertEquals([udp.localAddr, sender.remoteAddr], [before, before]);

  const given = UdpSocket.bind({ hostname: "127.0.0.1" });
  const fd = given.detach();
  assert(given.localAddr.port > 0);
  Socket.fromFd(fd).close();
});

test("UdpSocket forgets its peer when it is disconnected", async () => {
  using one = UdpSocket.bind({ hostname: "127.0.0.1" });
  using two = UdpSocket.bind({ hostname: "127.0.0.1" });
  await one.connect(two.localAddr);
  assertEquals(one.remoteAddr, two.localAddr);
  await one.disconnect();
  let code: unknown;
  try {
    void one.remoteAddr;
  } catch (error) {
    ({ code } = error as { code?: string });
  }
  assertEquals(code, "ENOTCONN");
});

test("console.log() prints each class with its addresses and its descriptor, also once closed", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1" });
  const { port } = listener.addr;
  const [client, server] = await Promise.all([TcpConn.connect({ port }), listener.accept()]);
  const from = `127.0.0.1:${client.localAddr.port}`;
  const text = (owner: { socket: Socket }): string => `fd: ${owner.socket.fd}`;
  const owners = [listener, client, server];
  for (const _ of ["open", "closed"]) {
    assertEquals(owners.map((owner) => inspect(owner)), [
      `TcpListener { addr: 127.0.0.1:${port}, ${text(listener)} }`,
      `TcpConn { localAddr: ${from}, remoteAddr: 127.0.0.1:${port}, ${text(client)} }`,
      `TcpConn { localAddr: 127.0.0.1:${port}, remoteAddr: ${from}, ${text(server)} }`,
    ]);
    for (const owner of owners) owner.close();
  }
  const [left, right] = socketPair("seqpacket");
  assertEquals(
    inspect(left),
    `UnixSeqpacketConn { localAddr: (unnamed), remoteAddr: (unnamed), fd: ${left.socket.fd} }`,
  );
  assertEquals(inspect(left.socket), `Socket { family: AF_UNIX, type: SOCK_SEQPACKET, fd: ${left.socket.fd} }`);
  left.close();
  right.close();
  using udp = UdpSocket.bind({ hostname: "127.0.0.1" });
  assertEquals(inspect(udp), `UdpSocket { localAddr: 127.0.0.1:${udp.localAddr.port}, fd: ${udp.socket.fd} }`);
  using raw = Socket.open(C.AF_INET, C.SOCK_DGRAM);
  assertEquals(inspect({ raw }), `{ raw: Socket { family: AF_INET, type: SOCK_DGRAM, fd: ${raw.fd} } }`);
});

test("PacketSocket's address stays known", { needs: ["CAP_NET_RAW"] }, () => {
  const socket = PacketSocket.open({ interface: "lo" });
  socket.close();
  assertEquals(socket.localAddr.interfaceIndex, 1);
});

function isUnnamed(addr: object): boolean {
  return "path" in addr && addr.path === "";
}

function nameOf(addr: object): unknown {
  return "abstract" in addr ? addr.abstract : undefined;
}
