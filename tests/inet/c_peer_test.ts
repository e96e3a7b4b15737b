import { fileURLToPath } from "node:url";
import { C } from "../../ffi/mod.ts";
import * as inet from "../../inet/mod.ts";
import { RawSocket, TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { inNetworkNamespace, SO_TIMESTAMPNS } from "../../socket/mod.ts";
import { compileC } from "../peers/c_program.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { assert, assertEquals, type Need, type Program, spawn, test } from "../runner/mod.ts";

const PEER = new URL("../peers/inet_peer.c", import.meta.url);
const ICMP_PEER = new URL("../peers/icmp_peer.py", import.meta.url);
const HOSTS = ["127.0.0.1", "::1"];
const needs: Need[] = ["write", "cc"];

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
      assertEquals(await socket.send(datagram, { addr: to }), size);
      const { data, addr, truncated } = await socket.receive({ timeout: 5000 });
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
    await socket.sendMessage({ data: bytes("hello C"), info: how, addr: { hostname: host, port } });
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
    const { data, addr, info } = await socket.receiveMessage({ timeout: 5000 });
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

function testInNamespaces(name: string, fn: () => Promise<void>): void {
  test(name, { needs: [...needs, ...NAMESPACES, "python3"] }, fn);
}

async function peerIn(language: "C" | "Python", namespace: string, ...args: string[]): Promise<Program> {
  const program = language === "C" ? [await compileC(PEER)] : ["python3", fileURLToPath(ICMP_PEER)];
  return spawn("ip", ["netns", "exec", namespace, ...program, ...args]);
}

testInNamespaces("multicast goes both ways with a C program in another network namespace", async () => {
  await using pair = await namespacePair();
  for (const group of ["239.7.7.8", "ff02::7:8"]) {
    const any = group.includes(":") ? "::" : "0.0.0.0";
    const bind = (port = 0) => UdpSocket.bind({ hostname: any, port, reuseAddress: true });
    {
      using receiver = inNetworkNamespace(pair.left.path, () => bind(9754));
      receiver.joinMulticast(group, { interface: "left" });
      await using _sender = await peerIn("C", pair.right.name, "cast", group, "9754", "right");
      const { data, addr } = await receiver.receive({ timeout: 10_000 });
      assertEquals(text(data), "cast by C");
      assert(any === "::" || addr.hostname === "10.9.0.2", addr.hostname);
    }
    await using peer = await peerIn("C", pair.right.name, "join", group, "9755", "right");
    assertEquals(await peer.line(), "joined");
    using sender = inNetworkNamespace(pair.left.path, () => bind());
    sender.setMulticastInterface("left");
    let line: string | undefined;
    const hearing = peer.line().then((text) => line = text);
    for (let i = 0; i < 50 && line === undefined; i++) { // the first packets may go while the addresses are made
      await sender.send(bytes("cast by us"), { addr: { hostname: group, port: 9755 } });
      await Promise.race([hearing, new Promise((resolve) => setTimeout(resolve, 100))]);
    }
    assertEquals(line, "cast by us");
  }
});

for (const [language, theirText] of [["C", "by the C"], ["Python", "a Python"]] as const) {
  testInNamespaces(`raw ICMP goes both ways with ${language}, over IPv4 and IPv6`, async () => {
    await using pair = await namespacePair();
    for (const [ipv6, ours, theirs] of [[false, "10.9.0.1", "10.9.0.2"], [true, "fd09::1", "fd09::2"]] as const) {
      const [request, reply] = ipv6 ? [128, 129] : [8, 0];
      const protocol = ipv6 ? C.IPPROTO_ICMPV6 : C.IPPROTO_ICMP;
      using socket = inNetworkNamespace(pair.left.path, () => RawSocket.open({ protocol, ipv6 }));
      const take = (type: number) =>
        ipv6 ? socket.socket.set(inet.ICMP6_FILTER, [type]) : socket.socket.set(inet.ICMP_FILTER, [type]);
      take(request);
      await using asking = await peerIn(language, pair.right.name, "ask", ours);
      const { data, addr } = await socket.receive({ timeout: 10_000 });
      assertEquals(addr.hostname, theirs);
      const packet = ipv6 ? data : data.subarray(20);
      const view = new DataView(packet.buffer, packet.byteOffset);
      assertEquals([packet[0], view.getUint16(4), view.getUint16(6)], [request, 49374, 7]);
      assertEquals(text(packet.subarray(8)), theirText);
      assertEquals((await asking.exit).stdout, `ready\n${reply} 49374 7 ${theirText}\n`); // this end's kernel has answered
      await using hearing = await peerIn(language, pair.right.name, "hear", theirs);
      assertEquals(await hearing.line(), "ready");
      take(reply);
      const ping = new Uint8Array([request, 0, 0, 0, 0xbe, 0xef, 0, 9, ...bytes("by us ok")]);
      if (!ipv6) new DataView(ping.buffer).setUint16(2, checksum(ping));
      await socket.send(ping, { addr: { hostname: theirs } });
      assertEquals(await hearing.line(), `${request} ${0xbeef} 9 by us ok`);
      const answer = (await socket.receive({ timeout: 10_000 })).data.subarray(ipv6 ? 0 : 20);
      assertEquals([answer[0], text(answer.subarray(8))], [reply, "by us ok"]);
    }
  });
}

/** RFC 1071, of an even number of bytes. */
function checksum(packet: Uint8Array): number {
  const view = new DataView(packet.buffer);
  let sum = 0;
  for (let at = 0; at < packet.length; at += 2) sum += view.getUint16(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
