import * as inet from "../../inet/mod.ts";
import { TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { SO_TIMESTAMPNS } from "../../socket/mod.ts";
import { compileC } from "../peers/c_program.ts";
import { assert, assertEquals, type Permission, type Program, spawn, test } from "../runner/mod.ts";

const PEER = new URL("../peers/inet_peer.c", import.meta.url);
const HOSTS = ["127.0.0.1", "::1"];
const needs: Permission[] = ["run", "read", "write", "env"];

async function c(...args: string[]): Promise<Program> {
  return spawn(await compileC(PEER), args);
}

function text(data: Uint8Array): string {
  return new TextDecoder().decode(data);
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

test("UdpSocket and a C program send each other datagrams of every size", { needs }, async () => {
  for (const host of HOSTS) {
    await using peer = await c("echo", host);
    const to = { hostname: host, port: Number(await peer.line()) };
    using socket = UdpSocket.bind({ hostname: host });
    for (const size of [1, 1472, 9000, 65507 - (host === "::1" ? 20 : 0), 0]) {
      const datagram = crypto.getRandomValues(new Uint8Array(size));
      assertEquals(await socket.send(datagram, to), size);
      const { data, addr, truncated } = await socket.receive(undefined, { timeout: 5000 });
      assertEquals([data, addr, truncated], [datagram, { transport: "udp", ...to }, false]);
    }
    const { code, stderr } = await peer.exit;
    assertEquals([code, stderr], [0, ""]);
  }
});

test("a C program reads PKTINFO, hop limit, traffic class and timestamp of what we send", { needs }, async () => {
  for (const host of HOSTS) {
    const ipv6 = host === "::1";
    await using peer = await c("take", host);
    const port = Number(await peer.line());
    using socket = UdpSocket.bind({ hostname: ipv6 ? "::" : "0.0.0.0" });
    const before = Date.now();
    const lo = inet.interfaces().find(({ name }) => name === "lo")?.index ?? 0;
    const how = { source: host, interfaceIndex: lo, hopLimit: 7, trafficClass: 0x2c };
    await socket.sendMessage(bytes("hello C"), how, { hostname: host, port });
    const { code, stdout, stderr } = await peer.exit;
    assertEquals([code, stderr], [0, ""]);
    const [, first, ...lines] = stdout.trimEnd().split("\n");
    const time = Number(lines.find((line) => line.startsWith("timestamp "))?.slice(10)) / 1e6;
    assert(time >= before - 1 && time <= Date.now() + 1, `${before} ${time}`);
    assertEquals(first, "hello C");
    assertEquals(lines.filter((line) => !line.startsWith("timestamp ")).toSorted(), [
      "class 44",
      ipv6 ? `destination ::1 interface ${lo}` : `destination 127.0.0.1 local 127.0.0.1 interface ${lo}`,
      "hops 7",
    ]);
  }
});

test("receiveMessage() reads PKTINFO, hop limit, traffic class and timestamp of what C sends", { needs }, async () => {
  for (const host of HOSTS) {
    const ipv6 = host === "::1";
    using socket = UdpSocket.bind({ hostname: host });
    const wanted = ipv6
      ? [inet.IPV6_RECVPKTINFO, inet.IPV6_RECVHOPLIMIT, inet.IPV6_RECVTCLASS]
      : [inet.IP_PKTINFO, inet.IP_RECVTTL, inet.IP_RECVTOS];
    for (const option of [...wanted, SO_TIMESTAMPNS]) socket.socket.set(option, true);
    const source = ipv6 ? "::1" : "127.0.0.9";
    await using peer = await c("give", host, String(socket.localAddr.port), source);
    const { data, addr, info } = await socket.receiveMessage(undefined, { timeout: 5000 });
    assertEquals([text(data), addr.hostname], ["hello from C", source]);
    const { timestamp = 0n, ...rest } = info;
    assertEquals(rest, {
      destination: host,
      ...(ipv6 ? {} : { localAddress: host }),
      interfaceIndex: inet.interfaces().find(({ name }) => name === "lo")?.index ?? 0,
      hopLimit: 42,
      trafficClass: 0xb8,
    });
    const now = BigInt(Date.now() + 1) * 1_000_000n;
    const { code, stdout } = await peer.exit;
    assertEquals(code, 0);
    const sent = BigInt(stdout.trimEnd());
    assert(sent <= timestamp && timestamp <= now, `${sent} ${timestamp} ${now}`);
  }
});

for (const way of ["C connects to us", "we connect to C"]) {
  test(`urgent data goes both ways with a C program, where ${way}`, { needs }, async () => {
    using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
    await using peer = way === "we connect to C"
      ? await c("listen", "127.0.0.1")
      : await c("connect", "127.0.0.1", String(listener.addr.port));
    using conn = way === "we connect to C"
      ? await TcpConn.connect({ port: Number(await peer.line()) })
      : await listener.accept({ timeout: 10_000 });
    assertEquals(await conn.receiveUrgent({ timeout: 5000 }), "!".charCodeAt(0));
    const buffer = new Uint8Array(100);
    const read = async (): Promise<string> => text(buffer.subarray(0, await conn.read(buffer, { timeout: 5000 }) ?? 0));
    assertEquals([await read(), conn.atUrgentMark()], ["before", true]); // a read stops at the mark
    assertEquals(await read(), "after");
    await conn.write(bytes("ours"));
    await conn.sendUrgent(bytes("?"));
    assertEquals(await peer.line(), "urgent ?");
    assertEquals(await peer.line(), "ours mark");
    await conn.write(bytes("rest"));
    assertEquals(await peer.line(), "rest");
    await conn.closeWrite();
    const { code, stderr } = await peer.exit;
    assertEquals([code, stderr], [0, ""]);
  });
}
