import { IP_RECVTTL, type OutgoingPacketInfo, UdpSocket } from "../../inet/mod.ts";
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
    return (await four.receiveMessage(undefined, { timeout: 2000 })).info.hopLimit;
  };
  assertEquals(await ttl(3, "::ffff:127.0.0.1"), 3);
  assertEquals(await ttl(4, "::ffff:7f00:1"), 4);
  assertEquals(await ttl(5, "127.0.0.1"), 5);
  await six.connect({ hostname: "::ffff:127.0.0.1", port });
  assertEquals(await ttl(6), 6);
});

test("sendMessage() sends from an IPv4 source in the form of IPv6, too", async () => {
  using receiver = UdpSocket.bind({ hostname: "127.0.0.1" });
  for (const hostname of ["0.0.0.0", "::"]) {
    using sender = UdpSocket.bind({ hostname, ...(hostname === "::" ? { ipv6Only: false } : {}) });
    for (const source of ["127.0.0.7", "::ffff:127.0.0.7"]) {
      await sender.sendMessage({ data: ONE, info: { source }, addr: receiver.localAddr });
      assertEquals((await receiver.receive(undefined, { timeout: 2000 })).addr.hostname, "127.0.0.7");
    }
  }
});

test("sendMessage() refuses a source of the other family, which the kernel would pass over", async () => {
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

test("sendMessage() refuses a number that does not fit its field, by its name", async () => {
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
