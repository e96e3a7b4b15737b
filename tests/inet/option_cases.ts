import { C } from "../../ffi/mod.ts";
import * as inet from "../../inet/mod.ts";
import * as packet from "../../packet/mod.ts";
import * as socket from "../../socket/mod.ts";
import type { ReadableOption, SocketOption, WritableOption } from "../../socket/mod.ts";

/** The kind of socket that an option is set on. */
export type Kind = "tcp" | "tcp6" | "udp" | "udp6" | "raw" | "raw6" | "udplite" | "unix" | "packet";

/** The family, type and protocol of each kind. */
export const KINDS: Record<Kind, [family: number, type: number, protocol: number]> = {
  tcp: [C.AF_INET, C.SOCK_STREAM, 0],
  tcp6: [C.AF_INET6, C.SOCK_STREAM, 0],
  udp: [C.AF_INET, C.SOCK_DGRAM, 0],
  udp6: [C.AF_INET6, C.SOCK_DGRAM, 0],
  raw: [C.AF_INET, C.SOCK_RAW, C.IPPROTO_ICMP],
  raw6: [C.AF_INET6, C.SOCK_RAW, C.IPPROTO_ICMPV6],
  udplite: [C.AF_INET, C.SOCK_DGRAM, C.IPPROTO_UDPLITE],
  unix: [C.AF_UNIX, C.SOCK_STREAM, 0],
  packet: [C.AF_PACKET, C.SOCK_RAW, 0],
};

/** One option, a value, and the same value as an expression of Python. */
export interface Case<T = unknown> {
  kind: Kind;
  option: SocketOption<T>;
  value: T;
  /** What Python packs, to set the option and to compare. */
  python: string;
  /** The value that the kernel returns. Default: the same. */
  becomes?: T;
  /** What Python unpacks afterwards. */
  reads?: string;
  /** The kernel refuses to read it. */
  writeOnly?: true;
}

function int(kind: Kind, option: SocketOption<number>, value: number, becomes = value): Case<number> {
  return {
    kind,
    option,
    value,
    python: `struct.pack("=I", ${value >>> 0})`,
    becomes,
    reads: `struct.pack("=I", ${becomes >>> 0})`,
  };
}

function bool(kind: Kind, option: SocketOption<boolean>): Case<boolean>[] {
  return [true, false].map((value) => ({ kind, option, value, python: `struct.pack("=i", ${value ? 1 : 0})` }));
}

function text(kind: Kind, option: SocketOption<string>, value: string): Case<string> {
  return { kind, option, value, python: `b"${value}"` };
}

function of<T>(kind: Kind, option: SocketOption<T>, value: T, python: string, more: Partial<Case<T>> = {}): Case<T> {
  return { kind, option, value, python, ...more };
}

/** Each option that can be set and read on a fresh socket. */
export const CASES = ([
  // socket/socket_options.ts
  int("udp", socket.SO_BINDTOIFINDEX, 1),
  text("udp", socket.SO_BINDTODEVICE, "lo"),
  ...bool("udp", socket.SO_BROADCAST),
  int("udp", socket.SO_BUSY_POLL, 50),
  ...bool("udp", socket.SO_DEBUG),
  ...bool("udp", socket.SO_DONTROUTE),
  int("udp", socket.SO_INCOMING_CPU, 1),
  ...bool("tcp", socket.SO_KEEPALIVE),
  of("tcp", socket.SO_LINGER, 7, `struct.pack("=ii", 1, 7)`),
  of("tcp", socket.SO_LINGER, 0, `struct.pack("=ii", 1, 0)`),
  of("tcp", socket.SO_LINGER, null, `struct.pack("=ii", 0, 0)`),
  int("udp", socket.SO_MARK, 0xfedcba98),
  of("tcp", socket.SO_MAX_PACING_RATE, 1_000_000, `struct.pack("=Q", 1000000)`),
  of("tcp", socket.SO_MAX_PACING_RATE, null, `struct.pack("=Q", 0xffffffffffffffff)`),
  ...bool("udp", socket.SO_NO_CHECK),
  ...bool("tcp", socket.SO_OOBINLINE),
  ...bool("unix", socket.SO_PASSCRED),
  ...bool("unix", socket.SO_PASSSEC),
  int("unix", socket.SO_PEEK_OFF, 3),
  ...bool("udp", socket.SO_PREFER_BUSY_POLL),
  int("udp", socket.SO_PRIORITY, 5),
  int("udp", socket.SO_RCVBUF, 65536, 131072),
  int("tcp", socket.SO_RCVLOWAT, 100),
  ...bool("udp", socket.SO_RCVMARK),
  of("tcp", socket.SO_RCVTIMEO, 1500, `struct.pack("=qq", 1, 500000)`),
  ...bool("udp", socket.SO_REUSEADDR),
  ...bool("udp", socket.SO_REUSEPORT),
  ...bool("udp", socket.SO_RXQ_OVFL),
  ...bool("udp", socket.SO_SELECT_ERR_QUEUE),
  int("udp", socket.SO_SNDBUF, 65536, 131072),
  of("tcp", socket.SO_SNDTIMEO, 260, `struct.pack("=qq", 0, 260000)`), // the kernel counts in ticks of up to 10 ms
  ...bool("udp", socket.SO_TIMESTAMP),
  int("udp", socket.SO_TIMESTAMPING, C.SOF_TIMESTAMPING_RX_SOFTWARE | C.SOF_TIMESTAMPING_SOFTWARE),
  ...bool("udp", socket.SO_TIMESTAMPNS),
  int("tcp", socket.SO_TXREHASH, 0),
  ...bool("udp", socket.SO_ZEROCOPY),
  // inet/options/ip_options.ts
  ...bool("tcp", inet.IP_BIND_ADDRESS_NO_PORT),
  ...bool("udp", inet.IP_CHECKSUM),
  ...bool("udp", inet.IP_FREEBIND),
  ...bool("raw", inet.IP_HDRINCL),
  of<[number, number]>("tcp", inet.IP_LOCAL_PORT_RANGE, [40000, 40100], `struct.pack("=I", 40100 << 16 | 40000)`),
  int("tcp", inet.IP_MINTTL, 42),
  int("udp", inet.IP_MTU_DISCOVER, C.IP_PMTUDISC_DO),
  ...bool("udp", inet.IP_MULTICAST_ALL),
  of("udp", inet.IP_MULTICAST_IF, "127.0.0.1", `socket.inet_aton("127.0.0.1")`),
  ...bool("udp", inet.IP_MULTICAST_LOOP),
  int("udp", inet.IP_MULTICAST_TTL, 7),
  ...bool("raw", inet.IP_NODEFRAG),
  of("udp", inet.IP_OPTIONS, new Uint8Array([148, 4, 0, 0]), `bytes([148, 4, 0, 0])`),
  ...bool("udp", inet.IP_PASSSEC),
  ...bool("udp", inet.IP_PKTINFO),
  ...bool("udp", inet.IP_RECVERR),
  ...bool("udp", inet.IP_RECVERR_RFC4884),
  ...bool("udp", inet.IP_RECVFRAGSIZE),
  ...bool("udp", inet.IP_RECVOPTS),
  ...bool("udp", inet.IP_RECVORIGDSTADDR),
  ...bool("udp", inet.IP_RECVTOS),
  ...bool("udp", inet.IP_RECVTTL),
  ...bool("udp", inet.IP_RETOPTS),
  of("raw", inet.IP_ROUTER_ALERT, true, `struct.pack("=i", 1)`, { writeOnly: true }),
  int("udp", inet.IP_TOS, 0xb8),
  ...bool("udp", inet.IP_TRANSPARENT),
  int("udp", inet.IP_TTL, 33),
  of("udp", inet.IP_UNICAST_IF, 1, `struct.pack("!I", 1)`),
  // inet/options/ipv6_options.ts
  of("udp6", inet.IPV6_ADDR_PREFERENCES, 2, `struct.pack("=I", 2)`, {
    becomes: 0x0402,
    reads: `struct.pack("=I", 0x0402)`,
  }),
  ...bool("udp6", inet.IPV6_AUTOFLOWLABEL),
  ...bool("udp6", inet.IPV6_DONTFRAG),
  of("raw6", inet.IPV6_DSTOPTS, new Uint8Array([0, 0, 1, 4, 0, 0, 0, 0]), `bytes([0, 0, 1, 4, 0, 0, 0, 0])`),
  ...bool("udp6", inet.IPV6_FLOWINFO_SEND),
  ...bool("udp6", inet.IPV6_FREEBIND),
  ...bool("raw6", inet.IPV6_HDRINCL),
  of("raw6", inet.IPV6_HOPOPTS, new Uint8Array([0, 0, 5, 2, 0, 0, 1, 0]), `bytes([0, 0, 5, 2, 0, 0, 1, 0])`),
  int("tcp6", inet.IPV6_MINHOPCOUNT, 42),
  int("udp6", inet.IPV6_MTU_DISCOVER, C.IP_PMTUDISC_PROBE),
  ...bool("udp6", inet.IPV6_MULTICAST_ALL),
  int("udp6", inet.IPV6_MULTICAST_HOPS, 7),
  int("udp6", inet.IPV6_MULTICAST_IF, 1),
  ...bool("udp6", inet.IPV6_MULTICAST_LOOP),
  ...bool("udp6", inet.IPV6_RECVDSTOPTS),
  ...bool("udp6", inet.IPV6_RECVERR),
  ...bool("udp6", inet.IPV6_RECVERR_RFC4884),
  ...bool("udp6", inet.IPV6_RECVFRAGSIZE),
  ...bool("udp6", inet.IPV6_RECVHOPLIMIT),
  ...bool("udp6", inet.IPV6_RECVHOPOPTS),
  ...bool("udp6", inet.IPV6_RECVORIGDSTADDR),
  ...bool("udp6", inet.IPV6_RECVPATHMTU),
  ...bool("udp6", inet.IPV6_RECVPKTINFO),
  ...bool("udp6", inet.IPV6_RECVRTHDR),
  ...bool("udp6", inet.IPV6_RECVTCLASS),
  of( // a segment routing header: one segment, none left
    "raw6",
    inet.IPV6_RTHDR,
    new Uint8Array([0, 2, 4, 0, 0, 0, 0, 0, ...new Uint8Array(15), 1]),
    `bytes([0, 2, 4, 0, 0, 0, 0, 0, *[0] * 15, 1])`,
  ),
  of("raw6", inet.IPV6_RTHDRDSTOPTS, new Uint8Array([0, 0, 1, 4, 0, 0, 0, 0]), `bytes([0, 0, 1, 4, 0, 0, 0, 0])`),
  int("udp6", inet.IPV6_TCLASS, 0xb8),
  ...bool("udp6", inet.IPV6_TRANSPARENT),
  int("udp6", inet.IPV6_UNICAST_HOPS, 33),
  of("udp6", inet.IPV6_UNICAST_IF, 1, `struct.pack("!I", 1)`),
  ...bool("udp6", inet.IPV6_V6ONLY),
  // inet/options/tcp_options.ts
  text("tcp", inet.TCP_CONGESTION, "cubic"),
  text("tcp", inet.TCP_CONGESTION, "reno"),
  ...bool("tcp", inet.TCP_CORK),
  int("tcp", inet.TCP_DEFER_ACCEPT, 3),
  ...bool("tcp", inet.TCP_FASTOPEN_CONNECT),
  of("tcp", inet.TCP_FASTOPEN_KEY, new Uint8Array(16).fill(7), `bytes([7] * 16)`),
  ...bool("tcp", inet.TCP_FASTOPEN_NO_COOKIE),
  ...bool("tcp", inet.TCP_INQ),
  int("tcp", inet.TCP_KEEPCNT, 4),
  int("tcp", inet.TCP_KEEPIDLE, 77),
  int("tcp", inet.TCP_KEEPINTVL, 13),
  int("tcp", inet.TCP_LINGER2, 9),
  ...bool("tcp", inet.TCP_NODELAY),
  int("tcp", inet.TCP_NOTSENT_LOWAT, 16384),
  int("tcp", inet.TCP_REPAIR, 1),
  ...bool("tcp", inet.TCP_SAVE_SYN),
  int("tcp", inet.TCP_SYNCNT, 3),
  ...bool("tcp", inet.TCP_THIN_LINEAR_TIMEOUTS),
  int("tcp", inet.TCP_TX_DELAY, 1000),
  int("tcp", inet.TCP_USER_TIMEOUT, 12345),
  int("tcp", inet.TCP_WINDOW_CLAMP, 20000),
  // inet/options/udp_options.ts
  ...bool("udp", inet.UDP_CORK),
  int("udp", inet.UDP_ENCAP, 2),
  ...bool("udp", inet.UDP_GRO),
  ...bool("udp6", inet.UDP_NO_CHECK6_RX),
  ...bool("udp6", inet.UDP_NO_CHECK6_TX),
  int("udp", inet.UDP_SEGMENT, 1200),
  int("udplite", inet.UDPLITE_RECV_CSCOV, 20),
  int("udplite", inet.UDPLITE_SEND_CSCOV, 20),
  // inet/options/icmp_options.ts
  of("raw", inet.ICMP_FILTER, [0, 3, 11], `struct.pack("=I", 0xffffffff & ~(1 << 0 | 1 << 3 | 1 << 11))`),
  of(
    "raw6",
    inet.ICMP6_FILTER,
    [1, 129],
    `(lambda b: b"".join(struct.pack("=I", w) for w in [0xffffffff & ~2, *[0xffffffff] * 3, 0xffffffff & ~2, *[0xffffffff] * 3]))(0)`,
  ),
  // packet/packet_options.ts
  ...bool("packet", packet.PACKET_IGNORE_OUTGOING),
  ...bool("packet", packet.PACKET_ORIGDEV),
  ...bool("packet", packet.PACKET_QDISC_BYPASS),
] as Case<never>[]) as Case[];

/** Options that cannot be set and read on a fresh socket, with the test that covers them, or why none can. */
export const ELSEWHERE: Record<string, string> = {
  SO_ACCEPTCONN: "read below",
  SO_BUSY_POLL_BUDGET: "cannot be read: set below",
  SO_ATTACH_BPF: "tests/inet/bpf_test.ts",
  PACKET_AUXDATA: "tests/packet/packet_test.ts",
  PACKET_FANOUT: "tests/packet/packet_test.ts",
  SO_PASSPIDFD: "tests/unix/message_test.ts",
  SO_ATTACH_FILTER: "SO_ATTACH_FILTER drops what the program rejects",
  SO_ATTACH_REUSEPORT_CBPF: "SO_ATTACH_REUSEPORT_CBPF chooses the socket",
  SO_ATTACH_REUSEPORT_EBPF: "tests/inet/bpf_test.ts",
  SO_COOKIE: "read below",
  SO_DETACH_FILTER: "SO_ATTACH_FILTER drops what the program rejects",
  SO_DETACH_REUSEPORT_BPF: "SO_ATTACH_REUSEPORT_CBPF chooses the socket",
  SO_DOMAIN: "read below",
  SO_ERROR: "read below",
  SO_INCOMING_NAPI_ID: "read below",
  SO_LOCK_FILTER: "cannot be unset: read below",
  SO_NETNS_COOKIE: "read below",
  SO_PEERSEC: "needs a security module: tests/unix/security_context_test.ts",
  SO_PROTOCOL: "read below",
  SO_RCVBUFFORCE: "read back as SO_RCVBUF below",
  SO_RESERVE_MEM: "needs a memory cgroup",
  SO_SNDBUFFORCE: "read back as SO_SNDBUF below",
  SO_SNDLOWAT: "read below",
  SO_TYPE: "read below",
  IP_MTU: "of a connected socket: read below",
  IPV6_CHECKSUM: "ICMPv6 has a fixed one: set on another protocol below",
  IPV6_MTU: "of a connected socket: read below",
  IPV6_PATHMTU: "of a connected socket: read below",
  IPV6_PKTINFO: "cannot be read: set below",
  IPV6_ROUTER_ALERT: "of IPPROTO_RAW only: set below",
  IP6T_SO_ORIGINAL_DST: "tests/inet/original_destination_test.ts",
  SO_ORIGINAL_DST: "tests/inet/original_destination_test.ts",
  MPTCP_INFO: "isMultipath()",
  TCP_CC_INFO: "of a connection: read below",
  TCP_FASTOPEN: "of a listener: fast open",
  TCP_INFO: "TCP_INFO agrees with ss",
  TCP_MD5SIG: "cannot be read: TCP_MD5SIG keeps those away",
  TCP_MD5SIG_EXT: "cannot be read: TCP_MD5SIG keeps those away",
  TCP_MAXSEG: "of a connection: read below",
  TCP_QUEUE_SEQ: "a connection moves to another socket",
  TCP_QUICKACK: "the kernel changes it by itself: read below",
  TCP_REPAIR_OPTIONS: "a connection moves to another socket",
  TCP_REPAIR_QUEUE: "a connection moves to another socket",
  TCP_REPAIR_WINDOW: "a connection moves to another socket",
  TCP_SAVED_SYN: "TCP_SAVED_SYN is the SYN",
  TCP_THIN_DUPACK: "without effect since Linux 4.11",
  TCP_TIMESTAMP: "a connection moves to another socket",
  TCP_ULP: "needs a kernel module",
  PACKET_ADD_MEMBERSHIP: "PacketSocket.open() promiscuous",
  PACKET_DROP_MEMBERSHIP: "PacketSocket.open() promiscuous",
  PACKET_STATISTICS: "PACKET_STATISTICS counts",
};

/** Every option that the library defines. */
export function everyOption(): (ReadableOption<unknown> | WritableOption<unknown>)[] {
  return Object.values({ ...socket, ...inet, ...packet } as Record<string, unknown>).filter((value) =>
    typeof value === "object" && value !== null && "level" in value && "number" in value
  ) as (ReadableOption<unknown> | WritableOption<unknown>)[];
}
