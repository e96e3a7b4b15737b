import { readFileSync } from "node:fs";
import process from "node:process";
import { C } from "../../ffi/mod.ts";
import * as inet from "../../inet/mod.ts";
import * as options from "../../socket/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows, spawn, test } from "../runner/mod.ts";
import { CASES, ELSEWHERE, everyOption, KINDS } from "./option_cases.ts";

const { Socket } = options;
const PEER = new URL("../peers/option_peer.py", import.meta.url).pathname;

test(
  "Python reads every option as we set it, and the other way round",
  // Python takes the sockets by pidfd_getfd(2), and some options need more.
  { needs: ["python3", "CAP_SYS_PTRACE", "CAP_NET_ADMIN", "CAP_NET_RAW"] },
  async () => {
    await using python = spawn("python3", [PEER]);
    await python.line();
    const ask = async (
      fd: number,
      action: "get" | "set",
      option: { level: number; number: number },
      argument: string,
    ) => {
      python.write(`${process.pid} ${fd} ${action} ${option.level} ${option.number} ${argument}\n`);
      return await python.line();
    };
    const packed = await pack(CASES.map(({ python, reads }) => reads ?? python));
    const wrong: string[] = [];
    const expect = (actual: unknown, expected: unknown, about: string): void => {
      const [a, e] = [actual, expected].map((value) => JSON.stringify(value));
      if (a !== e) wrong.push(`${about}: ${a} instead of ${e}`);
    };
    for (const [i, { kind, option, value, python: expression, becomes = value, writeOnly }] of CASES.entries()) {
      const about = `${option.name} = ${JSON.stringify(value)} on ${kind}`;
      {
        using socket = Socket.open(...KINDS[kind]);
        try {
          socket.set(option, value);
        } catch (error) {
          wrong.push(`we set ${about}: ${error}`);
          continue;
        }
        if (writeOnly) continue;
        const read = (await ask(socket.fd, "get", option, "64")) ?? "";
        expect(withoutEnd(read), withoutEnd(packed[i] ?? ""), `Python reads ${about}`);
        expect(valueOf(socket, option), becomes, `we read back ${about}`);
      }
      using socket = Socket.open(...KINDS[kind]);
      expect(await ask(socket.fd, "set", option, expression), "ok", `Python sets ${about}`);
      expect(valueOf(socket, option), becomes, `we read what Python set, ${about}`);
    }
    assertEquals(wrong, []);
  },
);

test("every option is set and read in a test, or has a reason why not", () => {
  const tested = new Set([...CASES.map(({ option }) => option.name), ...Object.keys(ELSEWHERE)]);
  const all = everyOption().map(({ name }) => name);
  assertEquals(all.filter((name) => !tested.has(name)), []);
  assert(all.length > 140, `${all.length} options`);
});

/** Names in Python that are not options of IP or unix sockets, or that cannot be an option here. */
const NO_OPTIONS: Record<string, string> = {
  IPV6_HOPLIMIT: "goes with a message: hopLimit",
  IPV6_JOIN_GROUP: "joinMulticast()",
  IPV6_LEAVE_GROUP: "leaveMulticast()",
  IPV6_NEXTHOP: "Linux has no such option",
  IPV6_RTHDR_TYPE_0: "a value",
  IP_ADD_MEMBERSHIP: "joinMulticast()",
  IP_ADD_SOURCE_MEMBERSHIP: "joinMulticast() with a source",
  IP_BLOCK_SOURCE: "blockMulticast()",
  IP_DEFAULT_MULTICAST_LOOP: "a value",
  IP_DEFAULT_MULTICAST_TTL: "a value",
  IP_DROP_MEMBERSHIP: "leaveMulticast()",
  IP_DROP_SOURCE_MEMBERSHIP: "leaveMulticast() with a source",
  IP_MAX_MEMBERSHIPS: "a value",
  IP_RECVRETOPTS: "another name of IP_RETOPTS",
  IP_UNBLOCK_SOURCE: "unblockMulticast()",
  SO_PEERCRED: "peerCredentials()",
  TCP_ZEROCOPY_RECEIVE: "needs a socket that is mapped into memory",
};
/** What Python 3.13 has on Linux and an older Python lacks. */
const PYTHON_3_13 = "TCP_CC_INFO TCP_FASTOPEN_CONNECT TCP_FASTOPEN_KEY TCP_FASTOPEN_NO_COOKIE TCP_INQ TCP_MD5SIG " +
  "TCP_MD5SIG_EXT TCP_QUEUE_SEQ TCP_REPAIR TCP_REPAIR_OPTIONS TCP_REPAIR_QUEUE TCP_REPAIR_WINDOW TCP_SAVED_SYN " +
  "TCP_SAVE_SYN TCP_THIN_DUPACK TCP_THIN_LINEAR_TIMEOUTS TCP_TIMESTAMP TCP_TX_DELAY TCP_ULP TCP_ZEROCOPY_RECEIVE " +
  "IP_ADD_SOURCE_MEMBERSHIP IP_BLOCK_SOURCE IP_DROP_SOURCE_MEMBERSHIP IP_PKTINFO IP_UNBLOCK_SOURCE " +
  "SO_BINDTOIFINDEX SO_ORIGINAL_DST";

test(
  "every IP socket option of Python's is one of ours, or has a reason why not",
  { needs: ["python3"] },
  async () => {
    await using python = spawn("python3", [
      "-c",
      `import re, socket
# CAN, vsock and other families have names of their own
print(*[n for n in dir(socket) if re.match("(SO|IP|IPV6|TCP|UDP|UDPLITE)_(?!J1939|VM_)", n)])`,
    ]);
    const theirs = new Set([...(await python.exit).stdout.trim().split(" "), ...PYTHON_3_13.split(" ")]);
    assert(theirs.size > 90, String(theirs.size));
    const ours = new Set(everyOption().map(({ name }) => name));
    assertEquals([...theirs].filter((name) => !ours.has(name) && !(name in NO_OPTIONS)), []);
    assertEquals(Object.keys(NO_OPTIONS).filter((name) => ours.has(name)), []);
  },
);

const skipOn = {
  node: "it reads the sources, which the package lacks",
  bun: "it reads the sources, which the package lacks",
};

test("the options of a file are sorted by C name", { needs: ["read"], skipOn }, () => {
  const files = [
    "socket/socket_options",
    "inet/options/icmp_options",
    "inet/options/ip_options",
    "inet/options/ipv6_options",
  ];
  for (const file of [...files, "inet/options/tcp_options", "inet/options/udp_options", "packet/packet_options"]) {
    const text = readFileSync(new URL(`../../${file}.ts`, import.meta.url), "utf8");
    const names = [...text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name);
    assert(names.length > 1);
    assertEquals(names, names.toSorted(), file);
  }
});

test("read-only options report the truth", async () => {
  using listener = inet.TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await inet.TcpConn.connect(listener.addr);
  using server = await listener.accept();
  assertEquals(listener.socket.get(options.SO_ACCEPTCONN), true);
  assertEquals(client.socket.get(options.SO_ACCEPTCONN), false);
  assertEquals(client.socket.get(options.SO_DOMAIN), C.AF_INET);
  assertEquals(client.socket.get(options.SO_TYPE), C.SOCK_STREAM);
  assertEquals(client.socket.get(options.SO_PROTOCOL), C.IPPROTO_TCP);
  assertEquals(client.socket.get(options.SO_ERROR), 0);
  assertEquals(client.socket.get(options.SO_SNDLOWAT), 1);
  assert(client.socket.get(options.SO_COOKIE) !== server.socket.get(options.SO_COOKIE));
  assertEquals(client.socket.get(options.SO_NETNS_COOKIE), server.socket.get(options.SO_NETNS_COOKIE));
  assert(client.socket.get(options.SO_INCOMING_NAPI_ID) >= 0);
  assertEquals(client.socket.get(inet.IP_MTU), 65535); // of lo, as far as TCP goes
  client.socket.set(inet.TCP_CONGESTION, "reno"); // which every program may set
  assertEquals(client.socket.get(inet.TCP_CC_INFO), new Uint8Array(0)); // it reports nothing
  assert(client.socket.get(inet.TCP_MAXSEG) > 1000);
  client.socket.set(inet.TCP_QUICKACK, true);
  assertEquals(client.socket.get(inet.TCP_QUICKACK), true);
});

test("an invalid value is refused before any system call, and the error names the option", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  assertThrows(() => socket.set(options.SO_RCVBUF, 0.5), RangeError, "SO_RCVBUF");
  assertThrows(() => socket.set(options.SO_RCVBUF, 2 ** 32), RangeError, "SO_RCVBUF");
  assertThrows(() => socket.set(options.SO_RCVTIMEO, -1), RangeError, "SO_RCVTIMEO");
  assertThrows(() => socket.set(options.SO_LINGER, -1), RangeError, "SO_LINGER");
  assertThrows(() => socket.set(options.SO_LINGER, 2 ** 31), RangeError, "SO_LINGER");
  // undefined would become 0, which resets the connection when it is closed
  assertThrows(() => socket.set(options.SO_LINGER, undefined as never), RangeError, "current value is undefined");
  for (const wrong of ["5", null] as never[]) {
    assertThrows(() => socket.set(options.SO_RCVTIMEO, wrong), RangeError, "SO_RCVTIMEO");
    assertThrows(() => socket.set(options.SO_SNDTIMEO, wrong), RangeError, "SO_SNDTIMEO");
  }
  assertThrows(() => socket.set(options.SO_BINDTODEVICE, "a".repeat(16)), RangeError, "SO_BINDTODEVICE");
  assertThrows(() => socket.set(options.SO_BINDTODEVICE, "a\0"), RangeError, "SO_BINDTODEVICE");
  assertThrows(() => socket.set(options.SO_ATTACH_FILTER, new Uint8Array(7)), RangeError, "SO_ATTACH_FILTER");
  assertThrows(() => socket.set(options.SO_MAX_PACING_RATE, -1), RangeError, "SO_MAX_PACING_RATE");
  assertThrows(() => socket.set(inet.IP_LOCAL_PORT_RANGE, [0, 65536]), RangeError, "IP_LOCAL_PORT_RANGE");
  for (const [range, type] of [[[1], RangeError], [[1, 2, 3], RangeError], [undefined, TypeError], [5, TypeError]]) {
    assertThrows(() => socket.set(inet.IP_LOCAL_PORT_RANGE, range as never), type as typeof Error, "the range must be");
  }
  assertThrows(() => socket.set(inet.IP_MULTICAST_IF, "no-such-device"), Error, "ENODEV");
  assertThrows(() => socket.set(inet.ICMP_FILTER, [32]), RangeError, "ICMP_FILTER");
});

test("an SO_RCVTIMEO shorter than the kernel's tick does not become infinite, and SO_TXREHASH returns to the default", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  socket.set(options.SO_RCVTIMEO, 0.0001);
  assert(socket.get(options.SO_RCVTIMEO) > 0);
  const byDefault = socket.get(options.SO_TXREHASH);
  socket.set(options.SO_TXREHASH, 1 - byDefault);
  socket.set(options.SO_TXREHASH, -1);
  assertEquals(socket.get(options.SO_TXREHASH), byDefault);
});

test("an error of an option names it", () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
  const error = assertThrows(() => socket.get(inet.TCP_INFO)) as Error & { code: string; syscall: string };
  assertEquals(error.message, "Cannot read TCP_INFO: Operation not supported (EOPNOTSUPP)");
  assertEquals([error.code, error.syscall], ["EOPNOTSUPP", "getsockopt"]);
  const unknown = assertThrows(() => socket.set(inet.TCP_CONGESTION, "nosuch")) as Error & { code: string };
  assert(unknown.message.startsWith("Cannot set TCP_CONGESTION: "), unknown.message);
});

test("an option can be set before bind() and connect()", async () => {
  const configure = (socket: options.Socket) => socket.set(options.SO_RCVBUF, 20_000);
  using listener = inet.TcpListener.listen({ hostname: "127.0.0.1", port: 0, configure });
  using client = await inet.TcpConn.connect({ ...listener.addr, configure });
  using server = await listener.accept();
  using udp = inet.UdpSocket.bind({ configure });
  for (const { socket } of [listener, client, server, udp]) assertEquals(socket.get(options.SO_RCVBUF), 40_000);
});

/** The value, or the error as text. */
function valueOf(socket: options.Socket, option: options.ReadableOption<unknown>): unknown {
  try {
    return socket.get(option);
  } catch (error) {
    return String(error);
  }
}

/** Without trailing zeros, which the kernel's strings and short integers have. */
function withoutEnd(hex: string): string {
  return hex.replace(/(00)*$/, "");
}

/** Evaluates Python expressions to bytes, in hexadecimal. */
async function pack(expressions: string[]): Promise<string[]> {
  await using python = spawn("python3", [
    "-c",
    `import socket, struct, sys\nfor line in sys.stdin: print(eval(line).hex())`,
  ]);
  python.write(expressions.map((line) => `${line}\n`).join(""));
  python.closeInput();
  return (await python.exit).stdout.trimEnd().split("\n");
}

test("options that can only be set, or only on some sockets, have their effect", {
  needs: ["CAP_NET_ADMIN", "CAP_NET_RAW"],
}, async () => {
  using udp = inet.UdpSocket.bind({ hostname: "127.0.0.1" });
  udp.socket.set(options.SO_BUSY_POLL_BUDGET, 16);
  udp.socket.set(options.SO_RCVBUFFORCE, 50_000_000);
  udp.socket.set(options.SO_SNDBUFFORCE, 40_000_000);
  assertEquals(udp.socket.get(options.SO_RCVBUF), 100_000_000);
  assertEquals(udp.socket.get(options.SO_SNDBUF), 80_000_000);
  using udp6 = inet.UdpSocket.bind({ hostname: "::1" });
  await udp6.connect(udp6.localAddr);
  assert(udp6.socket.get(inet.IPV6_MTU) >= 1280);
  assertEquals(udp6.socket.get(inet.IPV6_PATHMTU), udp6.socket.get(inet.IPV6_MTU));
  udp6.socket.set(inet.IPV6_PKTINFO, { source: "::", interfaceIndex: 99_999 });
  await assertRejects(() => udp6.send(new Uint8Array(1), { addr: udp6.localAddr }), Error);
  udp6.socket.set(inet.IPV6_PKTINFO, { source: "::1", interfaceIndex: 0 });
  await udp6.send(new Uint8Array(1), { addr: udp6.localAddr });
  using raw = Socket.open(C.AF_INET6, C.SOCK_RAW, 253);
  raw.set(inet.IPV6_CHECKSUM, 2);
  assertEquals(raw.get(inet.IPV6_CHECKSUM), 2);
  using routers = Socket.open(C.AF_INET6, C.SOCK_RAW, C.IPPROTO_RAW);
  routers.set(inet.IPV6_ROUTER_ALERT, 5);
  udp.socket.set(options.SO_LOCK_FILTER, true);
  assertEquals(udp.socket.get(options.SO_LOCK_FILTER), true);
});

/** `BPF_STMT(BPF_RET | BPF_K, k)`: the whole program, in the machine's byte order. */
function ret(k: number): number[] {
  return [0x06, 0, 0, 0, k & 255, k >> 8 & 255, k >> 16 & 255, k >>> 24];
}

test("SO_ATTACH_FILTER drops what the program rejects, until it is detached", async () => {
  using receiver = inet.UdpSocket.bind({ hostname: "127.0.0.1" });
  using sender = inet.UdpSocket.bind({ hostname: "127.0.0.1" });
  // ldb [8]; jeq #'k', keep, drop: the first byte behind the header of UDP
  const program = [[0x30, 0, 0, 0, 8, 0, 0, 0], [0x15, 0, 0, 1, 0x6b, 0, 0, 0], ret(0xffff), ret(0)].flat();
  receiver.socket.set(options.SO_ATTACH_FILTER, new Uint8Array(program));
  for (const text of ["drop", "keep", "drop", "keep too"]) {
    await sender.send(new TextEncoder().encode(text), { addr: receiver.localAddr });
  }
  receiver.socket.set(options.SO_DETACH_FILTER, true);
  await sender.send(new TextEncoder().encode("drop"), { addr: receiver.localAddr });
  const got = [];
  for (let i = 0; i < 3; i++) got.push(new TextDecoder().decode((await receiver.receive()).data));
  assertEquals(got, ["keep", "keep too", "drop"]);
});

test("SO_ATTACH_REUSEPORT_CBPF chooses the socket of the group", async () => {
  const configure = (socket: options.Socket) => socket.set(options.SO_REUSEPORT, true);
  using one = inet.UdpSocket.bind({ hostname: "127.0.0.1", configure });
  using two = inet.UdpSocket.bind({ hostname: "127.0.0.1", port: one.localAddr.port, reusePort: true });
  one.socket.set(options.SO_ATTACH_REUSEPORT_CBPF, new Uint8Array(ret(1)));
  for (let i = 0; i < 20; i++) {
    using sender = inet.UdpSocket.bind({ hostname: "127.0.0.1" });
    await sender.send(new Uint8Array([i]), { addr: one.localAddr });
    assertEquals((await two.receive({ timeout: 2000 })).data[0], i);
  }
  one.socket.set(options.SO_DETACH_REUSEPORT_BPF, true);
});
