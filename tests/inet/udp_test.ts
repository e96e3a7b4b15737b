import { C } from "../../ffi/mod.ts";
import * as inet from "../../inet/mod.ts";
import { UdpSocket } from "../../inet/mod.ts";
import { MessageBatch, poll, SO_RCVBUF, SO_RXQ_OVFL, SO_TIMESTAMPNS, type Socket } from "../../socket/mod.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
  freePort,
  type Program,
  spawn,
  test,
} from "../runner/mod.ts";

const PEER = new URL("../peers/udp_peer.py", import.meta.url).pathname;
const HOSTS = ["127.0.0.1", "::1"];
type SystemError = Error & { code: string };

function python(...args: string[]): Program {
  return spawn("python3", [PEER, ...args]);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

test(
  "send() and receive() echo with Python's socket, from empty datagrams to the largest",
  { needs: ["python3"] },
  async () => {
    for (const host of HOSTS) {
      await using peer = python("echo", host);
      const port = Number(await peer.line());
      using socket = UdpSocket.bind({ hostname: host });
      for (const size of [1, 2, 1472, 9000, 65507 - (host === "::1" ? 20 : 0), 0]) {
        const datagram = crypto.getRandomValues(new Uint8Array(Math.min(size, 65536)));
        assertEquals(await socket.send(datagram, { addr: { hostname: host, port } }), size);
        const { data, addr, truncated } = await socket.receive({ timeout: 5000 });
        assertEquals(data, datagram);
        assertEquals(addr, { transport: "udp", hostname: host, port });
        assertEquals(truncated, false);
      }
      assertEquals((await peer.exit).code, 0);
    }
  },
);

test("send() refuses a datagram that is too long", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  const error = await assertRejects(() =>
    socket.send(new Uint8Array(65508), { addr: socket.localAddr })
  ) as SystemError;
  assertEquals(error.code, "EMSGSIZE");
  assert(error.message.includes("127.0.0.1"), error.message);
});

test("receive() reports that a datagram was cut off, and receives the next one whole", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  for (const message of ["0123456789", "abcd", "xyz"]) await socket.send(bytes(message), { addr: socket.localAddr });
  const buffer = new Uint8Array(4);
  const first = await socket.receive({ buffer });
  assertEquals([text(first.data), first.truncated], ["0123", true]);
  const second = await socket.receive({ buffer });
  assertEquals([text(second.data), second.truncated], ["abcd", false]);
  const third = await socket.receiveMessage({ buffer: new Uint8Array(2) });
  assertEquals([text(third.data), third.truncated], ["xy", true]);
});

test("send() rejects an invalid address, and a missing one", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  await assertRejects(() => socket.send(bytes("x"), { addr: { hostname: "localhost.invalid", port: 1 } }), SyntaxError);
  await assertRejects(() => socket.send(bytes("x"), { addr: { hostname: "127.0.0.1", port: 65536 } }), RangeError);
  const error = await assertRejects(() => socket.send(bytes("x"))) as SystemError;
  assertEquals(error.code, "EDESTADDRREQ");
});

test("UdpSocket.bind() reports that the port is taken, and closes what it opened", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  const error = assertThrows(() => UdpSocket.bind(socket.localAddr)) as SystemError;
  assertEquals(error.code, "EADDRINUSE");
  assertThrows(() => UdpSocket.bind({ hostname: "not numeric" }), SyntaxError);
  const failing = () =>
    UdpSocket.bind({
      configure: () => {
        throw new Error("no");
      },
    });
  assertThrows(failing, Error, "no");
  await Promise.resolve();
});

test("several sockets share a port with reusePort, and each datagram reaches one of them", async () => {
  using one = UdpSocket.bind({ hostname: "127.0.0.1", reusePort: true });
  using two = UdpSocket.bind({ hostname: "127.0.0.1", port: one.localAddr.port, reusePort: true });
  for (let i = 0; i < 64; i++) {
    using sender = UdpSocket.bind({ hostname: "127.0.0.1" });
    await sender.send(new Uint8Array([i]), { addr: one.localAddr });
  }
  const counts = [0, 0];
  for (let left = 64; left > 0;) {
    for (const { socket } of await poll([{ socket: one }, { socket: two }], { timeout: 2000 })) {
      await socket.receive();
      counts[socket === one ? 0 : 1]!++;
      left--;
    }
  }
  assert(counts[0]! > 5 && counts[1]! > 5, String(counts));
});

test("after connect(), send() needs no address and only the peer's datagrams arrive, until disconnect()", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  using friend = UdpSocket.bind({ hostname: "127.0.0.1" });
  using stranger = UdpSocket.bind({ hostname: "127.0.0.1" });
  await socket.connect(friend.localAddr);
  assertEquals(socket.remoteAddr, friend.localAddr);
  await stranger.send(bytes("stranger"), { addr: socket.localAddr });
  await friend.send(bytes("friend"), { addr: socket.localAddr });
  assertEquals(text((await socket.receive()).data), "friend");
  await socket.send(bytes("back"));
  assertEquals(text((await friend.receive()).data), "back");
  const { port } = socket.localAddr;
  await socket.disconnect();
  assertThrows(() => socket.remoteAddr, Error, "ENOTCONN");
  await stranger.send(bytes("stranger"), { addr: { hostname: "127.0.0.1", port } });
  assertEquals(text((await socket.receive({ timeout: 2000 })).data), "stranger");
});

test("disconnect() restores the address and port that the socket was bound to", async () => {
  for (const [any, host, other] of [["0.0.0.0", "127.0.0.1", "127.0.0.2"], ["::", "::1", "::1"]] as const) {
    for (const bound of [any, host]) {
      using socket = UdpSocket.bind({ hostname: bound });
      using friend = UdpSocket.bind({ hostname: host });
      const before = socket.localAddr;
      await socket.connect(friend.localAddr);
      assertEquals(socket.localAddr.hostname, host);
      await socket.disconnect();
      assertEquals(socket.localAddr, before);
      await friend.send(bytes("x"), { addr: { hostname: bound === any ? other : host, port: before.port } });
      assertEquals((await socket.receive({ timeout: 2000 })).data.length, 1);
    }
  }
});

test("a connected socket reports that nobody listens, and keeps working", async () => {
  using gone = UdpSocket.bind({ hostname: "127.0.0.1" });
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  await socket.connect(gone.localAddr);
  gone.close();
  await socket.send(bytes("anyone?"));
  const error = await assertRejects(() => socket.receive({ timeout: 2000 })) as SystemError;
  assertEquals(error.code, "ECONNREFUSED");
  await assertRejects(() => socket.receive({ timeout: 20 }), Error, "in time");
});

test("the iterator gives datagrams until the socket is closed", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  for (let i = 0; i < 5; i++) await socket.send(new Uint8Array([i]), { addr: socket.localAddr });
  const got: number[] = [];
  for await (const { data } of socket) {
    got.push(data[0] ?? -1);
    if (got.length === 5) setTimeout(() => socket.close());
  }
  assertEquals(got, [0, 1, 2, 3, 4]);
});

test("receive() ends with its signal, its timeout and its socket", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  await assertRejects(() => socket.receive({ signal: AbortSignal.abort(new Error("stop")) }), Error, "stop");
  await assertRejects(() => socket.receive({ timeout: 10 }), Error, "timeout is 10 ms");
  const waiting = socket.receive();
  socket.close();
  assertEquals((await assertRejects(() => waiting) as SystemError).code, "EBADF");
  assertEquals((await assertRejects(() => socket.receive()) as SystemError).code, "EBADF");
  assertEquals(
    (await assertRejects(() => socket.send(bytes("x"), { addr: { hostname: "127.0.0.1", port: 9 } })) as SystemError)
      .code,
    "EBADF",
  );
});

test("broadcast is refused until SO_BROADCAST is set", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  const to = { hostname: "127.255.255.255", port: socket.localAddr.port };
  assertEquals((await assertRejects(() => socket.send(bytes("all"), { addr: to })) as SystemError).code, "EACCES");
  using receiver = UdpSocket.bind({ hostname: "127.255.255.255", broadcast: true });
  await receiver.send(bytes("all"), { addr: receiver.localAddr });
  assertEquals(text((await receiver.receive({ timeout: 2000 })).data), "all");
});

test("an IPv6 socket also sends and receives IPv4, unless ipv6Only is set", async () => {
  using four = UdpSocket.bind({ hostname: "127.0.0.1" });
  using both = UdpSocket.bind({ hostname: "::", ipv6Only: false });
  await four.send(bytes("hi"), { addr: { hostname: "127.0.0.1", port: both.localAddr.port } });
  const { addr } = await both.receive({ timeout: 2000 });
  assertEquals(addr.hostname, "::ffff:127.0.0.1");
  await both.send(bytes("mapped"), { addr });
  await both.sendMessage({ data: bytes("plain"), info: { hopLimit: 9 }, addr: four.localAddr });
  await both.sendMessage({ data: bytes("mapped, with TTL"), info: { hopLimit: 8 }, addr });
  four.socket.set(inet.IP_RECVTTL, true);
  const got = [];
  for (let i = 0; i < 3; i++) got.push(text((await four.receiveMessage()).data));
  assertEquals(got, ["mapped", "plain", "mapped, with TTL"]);
  const port = freePort();
  using six = UdpSocket.bind({ hostname: "::", port, ipv6Only: true });
  using other = UdpSocket.bind({ hostname: "0.0.0.0", port });
  assertEquals([six.localAddr.port, other.localAddr.port], [port, port]);
});

test(
  "receiveMessage() returns PKTINFO, TTL, TOS and the time of a datagram from Python",
  { needs: ["python3"] },
  async () => {
    for (const host of HOSTS) {
      const ipv6 = host === "::1";
      using socket = UdpSocket.bind({ hostname: host });
      const wanted = ipv6
        ? [inet.IPV6_RECVPKTINFO, inet.IPV6_RECVHOPLIMIT, inet.IPV6_RECVTCLASS, inet.IPV6_RECVORIGDSTADDR]
        : [inet.IP_PKTINFO, inet.IP_RECVTTL, inet.IP_RECVTOS, inet.IP_RECVORIGDSTADDR];
      for (const option of [...wanted, SO_TIMESTAMPNS]) socket.socket.set(option, true);
      const before = BigInt(Date.now()) * 1_000_000n;
      await using _peer = python("sendancillary", host, String(socket.localAddr.port));
      const { data, info, controlTruncated } = await socket.receiveMessage({ timeout: 5000 });
      const after = BigInt(Date.now() + 1) * 1_000_000n;
      assertEquals(text(data), "hello you");
      const { timestamp = 0n, ...rest } = info;
      const lo = inet.interfaces().find(({ name }) => name === "lo")?.index;
      assertEquals(rest, {
        destination: host,
        ...(ipv6 ? {} : { localAddress: host }),
        interfaceIndex: lo as number,
        hopLimit: 42,
        trafficClass: 0xb8,
        originalDestination: socket.localAddr,
      });
      assert(timestamp >= before && timestamp <= after, `${before} ${timestamp} ${after}`);
      assertEquals(controlTruncated, false);
    }
  },
);

test(
  "sendMessage() sends from an address, with a TTL and a TOS, that Python sees",
  { needs: ["python3"] },
  async () => {
    for (const host of HOSTS) {
      const ipv6 = host === "::1";
      await using peer = python("ancillary", host);
      const port = Number(await peer.line());
      using socket = UdpSocket.bind({ hostname: ipv6 ? "::" : "0.0.0.0" });
      const source = ipv6 ? "::1" : "127.0.0.9";
      const info = { source, hopLimit: 7, trafficClass: 0x2c };
      await socket.sendMessage({ data: bytes("x"), info, addr: { hostname: host, port } });
      const lines = (await peer.exit).stdout.trimEnd().split("\n").slice(1);
      const lo = "01000000";
      assertEquals(
        lines,
        ipv6
          ? [`41 50 ${"00".repeat(15)}01${lo}`, "41 52 07000000", "41 67 2c000000", "::1"]
          : ["0 1 2c", "0 2 07000000", `0 8 ${lo}7f0000017f000001`, "127.0.0.9"],
      );
    }
  },
);

test("sendMessage() refuses a source that this machine does not have", async () => {
  using socket = UdpSocket.bind({ hostname: "0.0.0.0" });
  const error = await assertRejects(() =>
    socket.sendMessage({ data: bytes("x"), info: { source: "192.0.2.77" }, addr: socket.localAddr })
  ) as SystemError;
  assert(["EINVAL", "ENETUNREACH", "EADDRNOTAVAIL"].includes(error.code), error.code);
  await assertRejects(
    () => socket.sendMessage({ data: bytes("x"), info: { source: "eth0" }, addr: socket.localAddr }),
    SyntaxError,
  );
});

test("SO_RXQ_OVFL counts the datagrams that the receive buffer had no room for", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  socket.socket.set(SO_RXQ_OVFL, true);
  socket.socket.set(SO_RCVBUF, 4096);
  for (let i = 0; i < 200; i++) await socket.send(new Uint8Array(1000), { addr: socket.localAddr });
  const taken: number[] = [];
  while ((await poll([{ socket }], { timeout: 0 })).length > 0) {
    taken.push((await socket.receiveMessage()).info.dropped ?? 0);
  }
  await socket.send(new Uint8Array(1), { addr: socket.localAddr });
  const { info } = await socket.receiveMessage();
  assertEquals(info.dropped, 200 - taken.length);
});

test("receiveBatch() and sendBatch() carry many datagrams with their addresses", async () => {
  using server = UdpSocket.bind({ hostname: "127.0.0.1" });
  using client = UdpSocket.bind({ hostname: "127.0.0.1" });
  const batch = new MessageBatch({ capacity: 64, size: 100 });
  const to = inet.udpAddrCodec.encode(server.localAddr);
  for (let i = 0; i < 64; i++) batch.push(new Uint8Array(i).fill(i), to);
  assertEquals(await client.sendBatch(batch), 64);
  const got = new MessageBatch({ capacity: 100, size: 50 });
  assertEquals(await server.receiveBatch(got), 64);
  for (let i = 0; i < 64; i++) {
    assertEquals(got.data(i), new Uint8Array(Math.min(i, 50)).fill(i));
    assertEquals((got.flags(i) & C.MSG_TRUNC) !== 0, i > 50);
    assertEquals(inet.decodeInetSockaddr(got.sockaddr(i), "udp"), client.localAddr);
  }
  assertEquals(await server.sendBatch(got), 64); // back to the sender
  assertEquals(await client.receiveBatch(batch), 64);
});

test("UDP_SEGMENT splits a send into datagrams that Python receives", { needs: ["python3"] }, async () => {
  for (const perSend of [false, true]) {
    await using peer = python("segments", "127.0.0.1");
    const to = { hostname: "127.0.0.1", port: Number(await peer.line()) };
    using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
    const data = new Uint8Array(10_000);
    if (perSend) await socket.sendMessage({ data, info: { segmentSize: 1200 }, addr: to });
    else {
      socket.socket.set(inet.UDP_SEGMENT, 1200);
      await socket.send(data, { addr: to });
      socket.socket.set(inet.UDP_SEGMENT, 0);
    }
    await socket.send(new Uint8Array(0), { addr: to });
    assertEquals(await peer.line(), "9 10000 1200");
  }
});

test("UDP_GRO merges datagrams of one size, and reports the size", { needs: ["python3"] }, async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  socket.socket.set(inet.UDP_GRO, true);
  await using peer = python("sendsegments", "127.0.0.1", String(socket.localAddr.port), "1000", "9500");
  const { data, info } = await socket.receiveMessage({ timeout: 5000 });
  assertEquals((await peer.exit).code, 0);
  assertEquals([data.length, info.segmentSize], [9500, 1000]);
});

test("an idle UdpSocket does not keep the program alive, and unref() lets a waiting one end", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  socket.unref();
  socket.ref();
  await socket.send(bytes("x"), { addr: socket.localAddr });
  assertEquals((await socket.receive()).data.length, 1);
});

test("configure sees the socket before it is bound", () => {
  let port = -1;
  const configure = (socket: Socket) => port = inet.decodeInetSockaddr(socket.localSockaddr()).port;
  using socket = UdpSocket.bind({ hostname: "127.0.0.1", configure });
  assertEquals(port, 0);
  assert(socket.localAddr.port > 0);
});

test("send() takes localhost, as bind() does, and no other name", async () => {
  using server = UdpSocket.bind({ hostname: "localhost" });
  const { port } = server.localAddr;
  for (const hostname of ["127.0.0.1", "::"]) {
    using client = UdpSocket.bind({ hostname, ipv6Only: false });
    await client.send(bytes(hostname), { addr: { hostname: "localhost", port } });
    assertEquals(text((await server.receive({ timeout: 2000 })).data), hostname);
    await assertRejects(
      async () => await client.send(bytes("x"), { addr: { hostname: "example.com", port } }),
      SyntaxError,
      'must be numeric or localhost: current value is "example.com"',
    );
  }
});

test("joining an invalid group or on an unknown interface is an error that names it", () => {
  using socket = UdpSocket.bind();
  const error = assertThrows(() => socket.joinMulticast("10.0.0.1")) as SystemError & { address?: string };
  assertEquals(error.message, "Cannot set MCAST_JOIN_GROUP to 10.0.0.1: Invalid argument (EINVAL)");
  assertEquals([error.code, error.address], ["EINVAL", "10.0.0.1"]);
  const none = assertThrows(() => socket.joinMulticast("239.7.7.7", { interface: "nope0" })) as SystemError;
  assertEquals(none.message, "Cannot find interface nope0: there is no interface of that name (ENODEV)");
  assertEquals(none.code, "ENODEV");
});

test("a number given as text is refused, and shown in quotes", () => {
  using socket = UdpSocket.bind();
  const number = "3" as unknown as number;
  for (
    const set of [
      () => socket.setMulticastHops(number),
      () => UdpSocket.bind({ hostname: "::1", scopeId: number }).close(),
      () => UdpSocket.bind({ port: number }).close(),
    ]
  ) {
    assertThrows(set, RangeError, 'current value is "3"');
  }
});
