import { C } from "../../ffi/mod.ts";
import { UdpSocket } from "../../inet/mod.ts";
import {
  decodePacketAuxdata,
  decodeSockaddrLl,
  encodeSockaddrLl,
  PACKET_ADD_MEMBERSHIP,
  PACKET_AUXDATA,
  PACKET_DROP_MEMBERSHIP,
  PACKET_FANOUT,
  PACKET_STATISTICS,
  type PacketAddr,
  type PacketMessage,
  PacketSocket,
  type PacketType,
} from "../../packet/mod.ts";
import { inNetworkNamespace, MessageBatch, Socket } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertRejects, assertThrows, spawn, test } from "../runner/mod.ts";

function packetTest(name: string, fn: () => void | Promise<void>): void {
  test(name, { needs: [...NAMESPACES, "CAP_NET_RAW", "python3"] }, fn);
}

packetTest(
  "PacketSocket.open() receives packets as they are on the link, raw and cooked, on one interface and on all",
  async () => {
    // Its own namespace: the traffic of others could overflow the socket.
    await using pair = await namespacePair();
    const inside = <T>(open: () => T): T => inNetworkNamespace(pair.left.path, open);
    using raw = inside(() => PacketSocket.open({ interface: "lo" }));
    using cooked = inside(() => PacketSocket.open({ interface: "lo", cooked: true, protocol: C.ETH_P_IP }));
    using all = inside(() => PacketSocket.open());
    using udp = inside(() => UdpSocket.bind({ hostname: "127.0.0.1" }));
    const payload = crypto.getRandomValues(new Uint8Array(20));
    await udp.send(payload, { addr: udp.localAddr });
    const isOurs = (data: Uint8Array) =>
      data.length >= 20 && data.subarray(-20).every((byte, i) => byte === payload[i]);
    for (const [socket, header] of [[raw, 14], [cooked, 0], [all, 14]] as const) {
      for (;;) {
        const { data, addr } = await socket.receive({ timeout: 2000 });
        if (!isOurs(data)) continue; // what the kernel itself sends, such as neighbour discovery
        assertEquals(data.length, header + 20 + 8 + 20);
        assertEquals([addr.protocol, addr.hardwareType], [C.ETH_P_IP, 772]);
        assert(["outgoing", "host"].includes(addr.packetType));
        break;
      }
    }
  },
);

packetTest("receiveMessage() without a buffer returns all of the longest frame of the loopback interface", async () => {
  await using pair = await namespacePair();
  const open = () => PacketSocket.open({ interface: "lo", protocol: 0x88b5 });
  using receiver = inNetworkNamespace(pair.left.path, open);
  using sender = inNetworkNamespace(pair.left.path, open);
  receiver.socket.set(PACKET_AUXDATA, true);
  const frame = new Uint8Array(14 + 65_536).map((_, i) => i); // its MTU is 65,536
  frame.set([0x88, 0xb5], 12);
  await sender.send(frame);
  const { data, truncated, auxdata } = await receiver.receiveMessage({ timeout: 5000 });
  assertEquals([data, truncated, auxdata?.originalLength], [frame, false, frame.length]);
});

packetTest("PacketSocket sends a frame over a link to Python", async () => {
  await using pair = await namespacePair();
  const program = `import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x88b5))
s.bind(("right", 0x88b5))
print("ready", flush=True)
data, address = s.recvfrom(2048)
print(data[14:19].decode(), address[1], address[4].hex(":"))
s.send(bytes.fromhex("ffffffffffff") + address[4] + (0x88b5).to_bytes(2, "big") + b"answer".ljust(50))`;
  await using peer = spawn("ip", ["netns", "exec", pair.right.name, "python3", "-c", program]);
  assertEquals(await peer.line(), "ready");
  using socket = inNetworkNamespace(
    pair.left.path,
    () => PacketSocket.open({ interface: "left", cooked: true, protocol: 0x88b5, promiscuous: true }),
  );
  const { interfaceIndex, hardwareAddress } = socket.localAddr;
  await socket.send(new TextEncoder().encode("hello"), {
    addr: {
      interfaceIndex,
      hardwareAddress: "ff:ff:ff:ff:ff:ff",
      protocol: 0x88b5,
    },
  });
  assertEquals(await peer.line(), `hello 34997 ${hardwareAddress}`);
  const { data, addr } = await socket.receive({ timeout: 5000 });
  assertEquals(new TextDecoder().decode(data.subarray(0, 6)), "answer");
  assertEquals(addr.packetType, "broadcast");
  assertEquals(addr.hardwareAddress, hardwareAddress);
  assertEquals(socket.socket.get(PACKET_STATISTICS).packets >= 1, true);
  assertEquals(socket.socket.get(PACKET_STATISTICS), { packets: 0, drops: 0 }); // reading resets it
});

packetTest("PacketSocket.receive() fails once if the interface is removed, and localAddr shows it", async () => {
  await using pair = await namespacePair();
  using socket = inNetworkNamespace(pair.left.path, () => PacketSocket.open({ interface: "left", protocol: 0x88b5 }));
  assert(socket.localAddr.interfaceIndex > 0);
  const waits = assertRejects(() => socket.receive(), Error, "ENETDOWN");
  await runProgram("ip", ["netns", "exec", pair.left.name, "ip", "link", "delete", "left"]);
  await waits;
  assertEquals(socket.localAddr.interfaceIndex, -1);
  await assertRejects(() => socket.receive({ timeout: 20 }), Error, "in time");
});

packetTest("PacketSocket receives messages and batches, with the VLAN tag that the kernel removed", async () => {
  await using pair = await namespacePair();
  const tagged = (protocol: string) =>
    `import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("right", 0))
s.send(bytes.fromhex("ffffffffffff" "02fc00000001" "${protocol}" "a064" "88b5") + b"tagged".ljust(50))
s.send(bytes.fromhex("ffffffffffff" "02fc00000001" "88b5") + b"plain".ljust(50))`;
  const send = (protocol: string) =>
    runProgram("ip", ["netns", "exec", pair.right.name, "python3", "-c", tagged(protocol)]);
  // A socket for one protocol gets packets after the kernel has forgotten the tag.
  using socket = inNetworkNamespace(pair.left.path, () => PacketSocket.open({ interface: "left" }));
  const text = (data: Uint8Array) => new TextDecoder().decode(data.subarray(14)).trim();
  const isOurs = ({ addr }: { addr: PacketAddr }) => addr.hardwareAddress === "02:fc:00:00:00:01";
  const next = async (buffer?: Uint8Array): Promise<PacketMessage> => {
    const message = await socket.receiveMessage({ timeout: 5000, ...(buffer === undefined ? {} : { buffer }) });
    return isOurs(message) ? message : await next(buffer);
  };
  await send("8100");
  const silent = await next();
  assertEquals([text(silent.data), silent.auxdata, silent.controlTruncated], ["tagged", undefined, false]);
  assertEquals(text((await next()).data), "plain");
  socket.socket.set(PACKET_AUXDATA, true);
  assertEquals(socket.socket.get(PACKET_AUXDATA), true);
  for (const [protocol, tpid] of [["8100", C.ETH_P_8021Q], ["88a8", C.ETH_P_8021AD]] as const) {
    await send(protocol);
    const { data, auxdata, truncated } = await next(new Uint8Array(20));
    assertEquals([text(data), truncated], ["tagged", true]);
    assertEquals(auxdata?.vlan, { tci: 0xa064, tpid });
    assertEquals([auxdata?.originalLength, auxdata?.networkOffset], [64, 14]);
    const plain = await next();
    assertEquals([text(plain.data), plain.truncated, plain.auxdata?.vlan], ["plain", false, undefined]);
  }
  await send("8100");
  const batch = new MessageBatch({ capacity: 4, size: 2048, controlLength: 64 });
  const tags: unknown[] = [];
  while (tags.length < 2) {
    const count = await socket.receiveBatch(batch, { timeout: 5000 });
    for (let i = 0; i < count; i++) {
      if (isOurs({ addr: decodeSockaddrLl(batch.sockaddr(i)) })) tags.push(decodePacketAuxdata(batch.control(i))?.vlan);
    }
  }
  assertEquals(tags, [{ tci: 0xa064, tpid: C.ETH_P_8021Q }, undefined]);
});

packetTest("PACKET_ADD_MEMBERSHIP makes an interface accept one more address, as `ip maddress` shows", async () => {
  await using pair = await namespacePair();
  using socket = inNetworkNamespace(pair.left.path, () => PacketSocket.open({ interface: "left", protocol: 0x88b5 }));
  const { interfaceIndex } = socket.localAddr;
  const shown = async () =>
    (await runProgram("ip", ["-n", pair.left.name, "maddress", "show", "dev", "left"])).includes("03:00:00:11:22:33");
  const membership = { interfaceIndex, type: C.PACKET_MR_MULTICAST, hardwareAddress: "03:00:00:11:22:33" };
  assertEquals(await shown(), false);
  socket.socket.set(PACKET_ADD_MEMBERSHIP, membership);
  assertEquals(await shown(), true);
  socket.socket.set(PACKET_DROP_MEMBERSHIP, membership);
  assertEquals(await shown(), false);
  const short = { ...membership, hardwareAddress: "03:00" };
  assertThrows(() => socket.socket.set(PACKET_ADD_MEMBERSHIP, short), Error, "EINVAL");
});

packetTest("PACKET_FANOUT distributes packets among the sockets of a group in turn", async () => {
  await using pair = await namespacePair();
  const open = () =>
    inNetworkNamespace(pair.left.path, () => PacketSocket.open({ interface: "left", protocol: 0x88b5 }));
  using first = open();
  using second = open();
  for (const { socket } of [first, second]) socket.set(PACKET_FANOUT, { group: 7, mode: "lb", rollover: true });
  assertEquals(first.socket.get(PACKET_FANOUT), { group: 7, mode: "lb", defrag: false, rollover: true });
  await runProgram("ip", [
    "netns",
    "exec",
    pair.right.name,
    "python3",
    "-c",
    `import socket
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
s.bind(("right", 0))
for i in range(20): s.send(bytes.fromhex("ffffffffffff" "02fc00000001" "88b5") + bytes([i]) * 50)`,
  ]);
  const numbers: number[][] = [];
  for (const socket of [first, second]) {
    const taken: number[] = [];
    for (let i = 0; i < 10; i++) taken.push((await socket.receive({ timeout: 5000 })).data[14] ?? -1);
    assertEquals(socket.socket.get(PACKET_STATISTICS), { packets: 10, drops: 0 });
    numbers.push(taken);
  }
  assertEquals(numbers.flat().sort((a, b) => a - b), Array.from({ length: 20 }, (_, i) => i));
  assertEquals(numbers.map((taken) => new Set(taken.map((n) => n % 2)).size), [1, 1]); // every second
  using other = open();
  assertThrows(() => other.socket.set(PACKET_FANOUT, { group: 7, mode: "hash" }), Error, "EINVAL");
});

packetTest("PacketSocket.open() reports that there is no such interface", () => {
  assertThrows(() => PacketSocket.open({ interface: "nosuch" }), Error, "ENODEV");
});

test(
  "encodeSockaddrLl() writes the address that Python reads from a bound socket",
  { needs: ["python3"] },
  async () => {
    const bytes = encodeSockaddrLl({
      protocol: 0x0806,
      interfaceIndex: 0x01020304,
      hardwareType: 772,
      packetType: "multicast",
      hardwareAddress: "01:02:03:04:05:06",
    });
    const expression =
      `struct.pack("=HHiHBB8s", 17, socket.htons(0x0806), 0x01020304, 772, 2, 6, bytes([1, 2, 3, 4, 5, 6]))`;
    const packed = await runProgram("python3", ["-c", `import socket, struct; print(${expression}.hex())`]);
    assertEquals(Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""), packed.trim());
    assertEquals(decodeSockaddrLl(bytes), {
      protocol: 0x0806,
      interfaceIndex: 0x01020304,
      hardwareType: 772,
      packetType: "multicast",
      hardwareAddress: "01:02:03:04:05:06",
    });
  },
);

test("encodeSockaddrLl() refuses values that do not fit, decodeSockaddrLl() truncated bytes", () => {
  assertThrows(() => encodeSockaddrLl({ protocol: 65536 }), RangeError, "protocol");
  assertThrows(() => encodeSockaddrLl({ interfaceIndex: -1 }), RangeError, "interface index");
  assertThrows(() => encodeSockaddrLl({ packetType: "other" as PacketType }), RangeError, "current value is other");
  for (const hardwareAddress of ["1", "xx", "01:02:03:04:05:06:07:08:09", "01:", "001:02"]) {
    assertThrows(() => encodeSockaddrLl({ hardwareAddress }), SyntaxError);
  }
  for (const hardwareAddress of [5, 10, null, {}] as never[]) {
    assertThrows(() => encodeSockaddrLl({ hardwareAddress }), SyntaxError, "hardware address");
  }
  for (let length = 0; length < 12; length++) {
    assertThrows(() => decodeSockaddrLl(encodeSockaddrLl({}).subarray(0, length)), RangeError);
  }
  assertThrows(() => decodeSockaddrLl(new Uint8Array(20)), RangeError);
});

test("PacketSocket.open() refuses invalid options, with and without privileges", () => {
  // Without CAP_NET_RAW the system call would be refused instead.
  assertThrows(() => PacketSocket.open({ protocol: 65536 }), RangeError, "protocol");
  for (const index of [-1, NaN, 2 ** 31, null, 5n] as never[]) {
    assertThrows(() => PacketSocket.open({ interface: index }), RangeError, "interface");
  }
  assertThrows(() => PacketSocket.open({ promiscuous: true }), TypeError, "promiscuous");
});

test("PACKET_ADD_MEMBERSHIP and PACKET_DROP_MEMBERSHIP refuse values that do not fit, before the system call", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM); // whose own answer would be ENOPROTOOPT
  const type = C.PACKET_MR_PROMISC;
  for (const option of [PACKET_ADD_MEMBERSHIP, PACKET_DROP_MEMBERSHIP]) {
    for (const interfaceIndex of [-1, 0.5, NaN, 2 ** 31, 2 ** 32 + 1]) {
      assertThrows(
        () => socket.set(option, { interfaceIndex, type }),
        RangeError,
        `set ${option.name} as the interface`,
      );
    }
    for (const type of [-1, 0.5, 65536, 65537]) {
      assertThrows(() => socket.set(option, { interfaceIndex: 1, type }), RangeError, `set ${option.name} as the type`);
    }
    assertThrows(() => socket.set(option, { interfaceIndex: 2 ** 31 - 1, type: 65535 }), Error, "ENOPROTOOPT");
  }
});

test("PACKET_FANOUT and memberships refuse invalid values before the system call", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM); // whose own answer would be ENOPROTOOPT
  for (const group of [-1, 65_536, 0.5, NaN]) {
    assertThrows(() => socket.set(PACKET_FANOUT, { group }), RangeError, "group must be 0 to 65535");
  }
  assertThrows(() => socket.set(PACKET_FANOUT, { group: 1, mode: "fair" as "lb" }), TypeError, "the mode is one of");
  assertThrows(() => socket.set(PACKET_FANOUT, { group: 1 }), Error, "ENOPROTOOPT");
  const membership = { interfaceIndex: 1, type: C.PACKET_MR_MULTICAST, hardwareAddress: "01:00:5e" };
  for (const hardwareAddress of ["x", "01:", "01:02:03:04:05:06:07:08:09"]) {
    assertThrows(() => socket.set(PACKET_ADD_MEMBERSHIP, { ...membership, hardwareAddress }), SyntaxError);
  }
});
