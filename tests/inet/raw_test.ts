import process from "node:process";
import { C } from "../../ffi/mod.ts";
import { ICMP6_FILTER, ICMP_FILTER, IPV6_RECVHOPLIMIT, RawSocket, UdpSocket } from "../../inet/mod.ts";
import { inNetworkNamespace, poll, SO_TYPE } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES, setSysctl } from "../peers/network_namespace.ts";
import {
  assertEquals,
  assertRejects,
  assertThrows,
  isRoot,
  type Need,
  spawn,
  spawnScript,
  test,
} from "../runner/mod.ts";

function rawTest(name: string, fn: () => void | Promise<void>, needs: Need[] = []): void {
  test(name, { needs: ["CAP_NET_RAW", ...needs] }, fn);
}

/** An ICMP echo request with its checksum (RFC 792, RFC 1071). */
function echoRequest(type: number, id: number, sequence: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(8 + payload.length);
  const view = new DataView(packet.buffer);
  packet[0] = type;
  view.setUint16(4, id);
  view.setUint16(6, sequence);
  packet.set(payload, 8);
  let sum = 0;
  for (let at = 0; at < packet.length; at += 2) sum += ((packet[at] ?? 0) << 8) + (packet[at + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  view.setUint16(2, ~sum & 0xffff);
  return packet;
}

rawTest("a raw ICMP socket pings this machine over IPv4", async () => {
  using socket = RawSocket.open({ protocol: C.IPPROTO_ICMP });
  socket.socket.set(ICMP_FILTER, [0]); // echo reply
  const payload = crypto.getRandomValues(new Uint8Array(32));
  await socket.send(echoRequest(8, 0xbeef, 7, payload), { addr: { hostname: "127.0.0.1" } });
  const { data, addr } = await socket.receive({ timeout: 2000 });
  assertEquals(addr, { hostname: "127.0.0.1" });
  const header = ((data[0] ?? 0) & 15) * 4; // raw IPv4 sockets give the IP header too
  assertEquals(header, 20);
  assertEquals([...data.subarray(header, header + 2), ...data.subarray(header + 4, header + 8)], [
    0,
    0,
    0xbe,
    0xef,
    0,
    7,
  ]);
  assertEquals(data.subarray(header + 8), payload);
});

rawTest("a raw ICMPv6 socket pings this machine, and the kernel computes the checksum", async () => {
  using socket = RawSocket.open({ protocol: C.IPPROTO_ICMPV6, ipv6: true });
  socket.socket.set(ICMP6_FILTER, [129]); // echo reply
  socket.socket.set(IPV6_RECVHOPLIMIT, true);
  await socket.send(new Uint8Array([128, 0, 0, 0, 1, 2, 0, 3, 9]), { addr: { hostname: "::1" } });
  const { data, info } = await socket.receiveMessage({ timeout: 2000 });
  assertEquals([data[0], ...data.subarray(4)], [129, 1, 2, 0, 3, 9]);
  assertEquals(info.hopLimit, 64);
});

rawTest("ICMP_FILTER drops other types", async () => {
  // Its own address: other programs ping 127.0.0.1, and get errors about closed ports there.
  const hostname = `127.${64 + (process.pid >> 8 & 63)}.${process.pid & 255}.1`;
  using socket = RawSocket.open({ protocol: C.IPPROTO_ICMP, hostname });
  socket.socket.set(ICMP_FILTER, [3]);
  await socket.send(echoRequest(8, 1, 1, new Uint8Array(0)), { addr: { hostname } });
  assertEquals(await poll([{ socket }], { timeout: 50 }), []);
  socket.socket.set(ICMP_FILTER, [0]);
  await socket.send(echoRequest(8, 1, 1, new Uint8Array(0)), { addr: { hostname } });
  assertEquals((await socket.receive({ timeout: 2000 })).data.length, 28);
});

rawTest("a raw socket receives an echo request of Debian's ping, with its data", async () => {
  using socket = RawSocket.open({ protocol: C.IPPROTO_ICMP, hostname: "127.0.0.1" });
  socket.socket.set(ICMP_FILTER, [8]); // echo request
  await using ping = spawn("ping", ["-c", "1", "-p", "abcd", "127.0.0.1"]);
  const { data } = await socket.receive({ timeout: 5000 });
  assertEquals(data[20], 8);
  assertEquals((await ping.exit).code, 0);
  assertEquals([...data.subarray(-4)], [0xab, 0xcd, 0xab, 0xcd]);
}, ["ping"]);

rawTest("headerIncluded sends our own IP header, from an address of our choice", async () => {
  using raw = RawSocket.open({ protocol: C.IPPROTO_UDP, headerIncluded: true });
  using receiver = UdpSocket.bind({ hostname: "127.0.0.1" });
  const packet = new Uint8Array(20 + 8 + 4);
  const view = new DataView(packet.buffer);
  packet.set([0x45, 0, 0, 0, 0, 0, 0, 0, 64, 17]); // the kernel fills in length, id and checksum
  packet.set([127, 1, 2, 3], 12);
  packet.set([127, 0, 0, 1], 16);
  view.setUint16(20, 4321);
  view.setUint16(22, receiver.localAddr.port);
  view.setUint16(24, 12);
  packet.set(new TextEncoder().encode("fake"), 28);
  await raw.send(packet, { addr: { hostname: "127.0.0.1" } });
  const { data, addr } = await receiver.receive({ timeout: 2000 });
  assertEquals(new TextDecoder().decode(data), "fake");
  assertEquals(addr, { transport: "udp", hostname: "127.1.2.3", port: 4321 });
});

rawTest("unprivileged ICMP works if the kernel allows the group, and otherwise says so", async () => {
  await using pair = await namespacePair();
  const open = () =>
    inNetworkNamespace(pair.left.path, () => RawSocket.open({ protocol: C.IPPROTO_ICMP, unprivileged: true }));
  const error = assertThrows(open) as Error & { code: string };
  assertEquals(
    error.message,
    "Cannot open an ICMP socket: net.ipv4.ping_group_range does not include this group (EACCES)",
  );
  assertEquals(error.code, "EACCES");
  await setSysctl(pair.left.name, "net.ipv4.ping_group_range", "0 0");
  using socket = open();
  assertEquals(socket.socket.get(SO_TYPE), C.SOCK_DGRAM);
  await socket.send(new Uint8Array([8, 0, 0, 0, 0, 0, 0, 5, 1, 2, 3]), { addr: { hostname: "10.9.0.2" } });
  const { data, addr } = await socket.receive({ timeout: 5000 });
  assertEquals(addr, { hostname: "10.9.0.2" });
  assertEquals([data[0], ...data.subarray(6)], [0, 0, 5, 1, 2, 3]);
  await socket.connect({ hostname: "10.9.0.2" });
  await socket.disconnect();
  await socket.send(new Uint8Array([8, 0, 0, 0, 0, 0, 0, 6]), { addr: { hostname: "10.9.0.1" } });
  assertEquals((await socket.receive({ timeout: 5000 })).addr, { hostname: "10.9.0.1" });
}, [...NAMESPACES]);

rawTest("a raw socket refuses disconnect(), after which it would receive nothing", async () => {
  using socket = RawSocket.open({ protocol: C.IPPROTO_ICMP });
  socket.socket.set(ICMP_FILTER, [0]);
  await socket.connect({ hostname: "127.0.0.1" });
  await assertRejects(() => socket.disconnect(), TypeError, "Cannot disconnect a raw socket");
  await socket.send(echoRequest(8, 1, 1, new Uint8Array(0)));
  assertEquals((await socket.receive({ timeout: 2000 })).data.length, 28);
});

test(
  "RawSocket.open() and PacketSocket.open() name the capability that is missing",
  { needs: ["run", "env"] },
  async () => {
    const program = `
    import { RawSocket } from "${new URL("../../inet/mod.ts", import.meta.url)}";
    import { PacketSocket } from "${new URL("../../packet/mod.ts", import.meta.url)}";
    for (const open of [() => RawSocket.open({ protocol: 1 }), () => PacketSocket.open()]) {
      try { open(); console.log("opened"); } catch (error) { console.log(error.code, error.message); }
    }`;
    await using child = spawnScript(
      program,
      isRoot() ? ["setpriv", "--bounding-set=-net_raw", "--inh-caps=-net_raw"] : [],
    );
    const { stdout, stderr } = await child.exit;
    assertEquals(stdout.trimEnd().split("\n"), [
      "EPERM Cannot open a raw socket: it needs CAP_NET_RAW (EPERM)",
      "EPERM Cannot open a packet socket: it needs CAP_NET_RAW (EPERM)",
    ], stderr);
  },
);

test("RawSocket.open() refuses an address of the other version of IP, which the kernel would take for 0.0.0.0", () => {
  const open = (hostname: string, ipv6: boolean) => RawSocket.open({ protocol: 1, hostname, ipv6 });
  assertThrows(() => open("::1", false), TypeError, "::1 is not IPv4: set ipv6: true");
  assertThrows(() => open("fe80::1%1", false), TypeError, "is not IPv4");
  assertThrows(() => open("127.0.0.1", true), TypeError, "127.0.0.1 is not IPv6: set ipv6: false");
});

test("RawSocket.open() refuses a protocol above 255", () => {
  for (const protocol of [-1, 256, 300, 1.5, NaN, "1" as unknown as number]) {
    assertThrows(() => RawSocket.open({ protocol }), RangeError, "protocol must be 0 to 255");
  }
});
