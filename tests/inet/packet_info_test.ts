import { C } from "../../ffi/mod.ts";
import { decodePacketInfo, encodePacketInfo, IP_RECVTTL, type OutgoingPacketInfo, UdpSocket } from "../../inet/mod.ts";
import { decodeControlMessages, encodeControlMessages } from "../../socket/mod.ts";
import { assertEquals, assertRejects, test } from "../runner/mod.ts";

const ONE = new Uint8Array(1);

test("sendMessage() reaches IPv4 from an IPv6 socket with its TTL, however the address is written", async () => {
  using four = UdpSocket.bind({ hostname: "127.0.0.1" });
  four.socket.set(IP_RECVTTL, true);
  using six = UdpSocket.bind({ hostname: "::", ipv6Only: false });
  const { port } = four.localAddr;
  const ttl = async (hopLimit: number, hostname?: string): Promise<number | undefined> => {
    await six.sendMessage({
      data: ONE,
      info: { hopLimit },
      ...(hostname === undefined ? {} : { addr: { hostname, port } }),
    });
    return (await four.receiveMessage({ timeout: 2000 })).info.hopLimit;
  };
  assertEquals(await ttl(3, "::ffff:127.0.0.1"), 3);
  assertEquals(await ttl(4, "::ffff:7f00:1"), 4);
  assertEquals(await ttl(5, "127.0.0.1"), 5);
  await six.connect({ hostname: "::ffff:127.0.0.1", port });
  assertEquals(await ttl(6), 6);
});

test("sendMessage() also takes an IPv4-mapped source address", async () => {
  using receiver = UdpSocket.bind({ hostname: "127.0.0.1" });
  for (const hostname of ["0.0.0.0", "::"]) {
    using sender = UdpSocket.bind({ hostname, ...(hostname === "::" ? { ipv6Only: false } : {}) });
    for (const source of ["127.0.0.7", "::ffff:127.0.0.7"]) {
      await sender.sendMessage({ data: ONE, info: { source }, addr: receiver.localAddr });
      assertEquals((await receiver.receive({ timeout: 2000 })).addr.hostname, "127.0.0.7");
    }
  }
});

test("sendMessage() refuses a source of the other family, which the kernel would ignore", async () => {
  using four = UdpSocket.bind({ hostname: "127.0.0.1" });
  using six = UdpSocket.bind({ hostname: "::1" });
  await assertRejects(
    () => four.sendMessage({ data: ONE, info: { source: "::1" }, addr: four.localAddr }),
    TypeError,
    "IPv4 address from ::1",
  );
  await assertRejects(
    () => six.sendMessage({ data: ONE, info: { source: "127.0.0.1" }, addr: six.localAddr }),
    TypeError,
    "from 127.0.0.1",
  );
});

test("sendMessage() refuses a number that does not fit its field, and names the field", async () => {
  using socket = UdpSocket.bind({ hostname: "127.0.0.1" });
  const bad: OutgoingPacketInfo[] = [
    { segmentSize: 65536 },
    { segmentSize: -1 },
    { segmentSize: 1.5 },
    { hopLimit: 1.5 },
    { hopLimit: NaN },
    { trafficClass: 2 ** 32 },
    { mark: 0.5 },
    { interfaceIndex: 0.5 },
  ];
  for (const info of bad) {
    const message = { data: ONE, info, addr: socket.localAddr };
    await assertRejects(() => socket.sendMessage(message), RangeError, Object.keys(info)[0]);
  }
});

test("decodePacketInfo() tells the network card's timestamp from the kernel's", () => {
  // struct scm_timestamping { struct timespec ts[3]; }: software, unused, hardware
  const times = (...numbers: bigint[]): Uint8Array =>
    encodeControlMessages([{
      level: C.SOL_SOCKET,
      type: C.SO_TIMESTAMPING,
      data: new Uint8Array(BigInt64Array.from(numbers).buffer),
    }]);
  assertEquals(decodePacketInfo(times(1n, 2n, 0n, 0n, 0n, 0n)), { timestamp: 1_000_000_002n });
  assertEquals(decodePacketInfo(times(0n, 0n, 0n, 0n, 3n, 4n)), { hardwareTimestamp: 3_000_000_004n });
  assertEquals(decodePacketInfo(times(1n, 2n, 0n, 0n, 3n, 4n)), {
    timestamp: 1_000_000_002n,
    hardwareTimestamp: 3_000_000_004n,
  });
});

test("decodePacketInfo() does not decode a control message that is too short, or of another kind", () => {
  const messages = [
    { level: C.IPPROTO_IP, type: C.IP_TTL, data: new Uint8Array(3) },
    { level: C.IPPROTO_IP, type: C.IP_PKTINFO, data: new Uint8Array(11) },
    { level: C.SOL_SOCKET, type: 12345, data: new Uint8Array(64) },
  ];
  assertEquals(decodePacketInfo(encodeControlMessages(messages)), { others: messages });
});

test("encodePacketInfo() leaves the interface to the kernel unless it is given", () => {
  // struct in_pktinfo { int ipi_ifindex; struct in_addr ipi_spec_dst; struct in_addr ipi_addr; };
  const data = (info: OutgoingPacketInfo) => [...decodeControlMessages(encodePacketInfo(info, false))[0]?.data ?? []];
  assertEquals(data({ source: "127.0.0.7" }), [0, 0, 0, 0, 127, 0, 0, 7, 0, 0, 0, 0]);
  assertEquals(data({ interfaceIndex: 3 }), [...new Uint8Array(Int32Array.of(3).buffer), 0, 0, 0, 0, 0, 0, 0, 0]);
  assertEquals(decodeControlMessages(encodePacketInfo({ hopLimit: 3 }, false)).map(({ type }) => type), [C.IP_TTL]);
});
