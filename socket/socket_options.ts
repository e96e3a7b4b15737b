import { quoted } from "../checks/quoted.ts";
import { INT_MAX, within } from "../checks/within.ts";
import { addressOf } from "../ffi/memory.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import {
  booleanOption,
  decodeInt,
  decodeUnsigned,
  defineOption,
  encodeInt,
  intOption,
  type ReadableOption,
  readableOption,
  type SocketOption,
  textOption,
  type WritableOption,
  writableOption,
} from "./option.ts";

// The options of level `SOL_SOCKET`, which every family has, sorted by C name. See socket(7).

/** Whether the socket listens. */
export const SO_ACCEPTCONN: ReadableOption<boolean> = booleanOption("SOL_SOCKET", "SO_ACCEPTCONN");
/** The descriptor of an extended BPF program that filters what arrives. */
export const SO_ATTACH_BPF: WritableOption<number> = intOption("SOL_SOCKET", "SO_ATTACH_BPF");
/** A classic BPF program that filters what arrives, as bytes: 8 for each `struct sock_filter`. */
export const SO_ATTACH_FILTER: WritableOption<Uint8Array> = filterOption("SO_ATTACH_FILTER");
/** A classic BPF program that chooses the socket of a `SO_REUSEPORT` group, as bytes: 8 for each `struct sock_filter`. */
export const SO_ATTACH_REUSEPORT_CBPF: WritableOption<Uint8Array> = filterOption("SO_ATTACH_REUSEPORT_CBPF");
/** The descriptor of an extended BPF program that chooses the socket of a `SO_REUSEPORT` group. */
export const SO_ATTACH_REUSEPORT_EBPF: WritableOption<number> = intOption("SOL_SOCKET", "SO_ATTACH_REUSEPORT_EBPF");
/** The name of the one interface to use; `""` for any. Changing it needs CAP_NET_RAW. */
export const SO_BINDTODEVICE: SocketOption<string> = textOption("SOL_SOCKET", "SO_BINDTODEVICE", 16);
/** The number of the one interface to use; 0 for any. Changing it needs CAP_NET_RAW. */
export const SO_BINDTOIFINDEX: SocketOption<number> = intOption("SOL_SOCKET", "SO_BINDTOIFINDEX");
/** Whether datagrams may be sent to a broadcast address. */
export const SO_BROADCAST: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_BROADCAST");
/** Microseconds to poll the device for when there is nothing to receive. Raising it needs CAP_NET_ADMIN. */
export const SO_BUSY_POLL: SocketOption<number> = intOption("SOL_SOCKET", "SO_BUSY_POLL");
/** The most packets that one busy poll takes. Raising it needs CAP_NET_ADMIN. It cannot be read. Since Linux 5.11. */
export const SO_BUSY_POLL_BUDGET: WritableOption<number> = intOption("SOL_SOCKET", "SO_BUSY_POLL_BUDGET");
/** The number that identifies the socket in sock_diag(7). */
export const SO_COOKIE: ReadableOption<bigint> = unsigned64("SO_COOKIE");
/** Whether the protocol records debugging information. Turning it on needs CAP_NET_ADMIN. */
export const SO_DEBUG: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_DEBUG");
/** Removes the filter; the value does not matter. */
export const SO_DETACH_FILTER: WritableOption<boolean> = booleanOption("SOL_SOCKET", "SO_DETACH_FILTER");
/** Removes the program of the `SO_REUSEPORT` group; the value does not matter. */
export const SO_DETACH_REUSEPORT_BPF: WritableOption<boolean> = booleanOption("SOL_SOCKET", "SO_DETACH_REUSEPORT_BPF");
/** The address family, `AF_*`. */
export const SO_DOMAIN: ReadableOption<number> = intOption("SOL_SOCKET", "SO_DOMAIN");
/** Whether to send to directly connected hosts only, without a gateway. */
export const SO_DONTROUTE: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_DONTROUTE");
/** The pending error as an errno number, or 0. Reading it clears it. */
export const SO_ERROR: ReadableOption<number> = intOption("SOL_SOCKET", "SO_ERROR");
/** The number of the processor that handled the socket's last packet; -1 before the first. */
export const SO_INCOMING_CPU: SocketOption<number> = intOption("SOL_SOCKET", "SO_INCOMING_CPU");
/** The number of the device queue that the last packet came through; 0 for none. */
export const SO_INCOMING_NAPI_ID: ReadableOption<number> = intOption("SOL_SOCKET", "SO_INCOMING_NAPI_ID");
/** Whether a silent connection is probed. */
export const SO_KEEPALIVE: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_KEEPALIVE");
/** Seconds for which close(2) continues to send; 0 resets the connection, `null` sends everything in the background. */
export const SO_LINGER: SocketOption<number | null> = defineOption(
  "SOL_SOCKET",
  "SO_LINGER",
  8,
  encodeLinger,
  (bytes) => {
    return decodeInt(bytes) === 0 ? null : decodeInt(bytes.subarray(4));
  },
);
/** Whether the filter can no longer be changed. It cannot be unlocked. */
export const SO_LOCK_FILTER: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_LOCK_FILTER");
/** The mark of every packet, for routing and filtering. Changing it needs CAP_NET_ADMIN or CAP_NET_RAW. */
export const SO_MARK: SocketOption<number> = defineOption(
  "SOL_SOCKET",
  "SO_MARK",
  4,
  (mark) => encodeInt(mark, "SO_MARK"),
  decodeUnsigned,
);
/** The most bytes per second to send; `null` for no limit. */
export const SO_MAX_PACING_RATE: SocketOption<number | null> = defineOption(
  "SOL_SOCKET",
  "SO_MAX_PACING_RATE",
  8,
  encodePacing,
  decodePacing,
);
/** The number that identifies the socket's network namespace in the kernel. Since Linux 5.14. */
export const SO_NETNS_COOKIE: ReadableOption<bigint> = unsigned64("SO_NETNS_COOKIE");
/** Whether UDP over IPv4 sends no checksum. */
export const SO_NO_CHECK: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_NO_CHECK");
/** Whether urgent data stays in the normal data stream. */
export const SO_OOBINLINE: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_OOBINLINE");
/** Whether each message of AF_UNIX carries its sender's credentials. */
export const SO_PASSCRED: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_PASSCRED");
/** Whether each message of a unix socket carries a descriptor of its sender's process. Since Linux 6.5. */
export const SO_PASSPIDFD: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_PASSPIDFD");
/** Whether each message carries its sender's security label. */
export const SO_PASSSEC: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_PASSSEC");
/** Bytes to skip when peeking, advanced by each peek; -1 for off. */
export const SO_PEEK_OFF: SocketOption<number> = intOption("SOL_SOCKET", "SO_PEEK_OFF");
/** The security label of the other end. */
export const SO_PEERSEC: ReadableOption<string> = textOption("SOL_SOCKET", "SO_PEERSEC", 256);
/** Whether busy polling takes precedence over interrupts. Since Linux 5.11. */
export const SO_PREFER_BUSY_POLL: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_PREFER_BUSY_POLL");
/** The priority of every packet, for queueing disciplines. Above 6 it needs CAP_NET_ADMIN. */
export const SO_PRIORITY: SocketOption<number> = intOption("SOL_SOCKET", "SO_PRIORITY");
/** The protocol, such as `IPPROTO_TCP`. */
export const SO_PROTOCOL: ReadableOption<number> = intOption("SOL_SOCKET", "SO_PROTOCOL");
/** Size of the receive buffer, in bytes. The kernel doubles the value, and limits it to `net.core.rmem_max`. */
export const SO_RCVBUF: SocketOption<number> = intOption("SOL_SOCKET", "SO_RCVBUF");
/** Like {@linkcode SO_RCVBUF}, without the limit. Needs CAP_NET_ADMIN. */
export const SO_RCVBUFFORCE: WritableOption<number> = intOption("SOL_SOCKET", "SO_RCVBUFFORCE");
/** Bytes that must be there before the socket counts as readable. */
export const SO_RCVLOWAT: SocketOption<number> = intOption("SOL_SOCKET", "SO_RCVLOWAT");
/** Whether each datagram carries its mark. Since Linux 5.19. */
export const SO_RCVMARK: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_RCVMARK");
/**
 * Milliseconds that a blocking receive waits; 0 for no limit. Effective only after `detach()`: our calls never block.
 */
export const SO_RCVTIMEO: SocketOption<number> = timevalOption("SO_RCVTIMEO");
/** Bytes that are reserved for the socket when memory is short. Since Linux 5.16. */
export const SO_RESERVE_MEM: SocketOption<number> = intOption("SOL_SOCKET", "SO_RESERVE_MEM");
/** Whether the socket may bind an address that old connections still use; for UDP, one that another socket uses. */
export const SO_REUSEADDR: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_REUSEADDR");
/** Whether several sockets of one user may share an address, among which the kernel distributes the load. */
export const SO_REUSEPORT: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_REUSEPORT");
/** Whether each datagram carries the number of datagrams that were dropped before it. */
export const SO_RXQ_OVFL: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_RXQ_OVFL");
/** Whether an entry in the error queue counts as urgent for poll(2). */
export const SO_SELECT_ERR_QUEUE: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_SELECT_ERR_QUEUE");
/** Size of the send buffer, in bytes. The kernel doubles the value, and limits it to `net.core.wmem_max`. */
export const SO_SNDBUF: SocketOption<number> = intOption("SOL_SOCKET", "SO_SNDBUF");
/** Like {@linkcode SO_SNDBUF}, without the limit. Needs CAP_NET_ADMIN. */
export const SO_SNDBUFFORCE: WritableOption<number> = intOption("SOL_SOCKET", "SO_SNDBUFFORCE");
/** Bytes that must be free before the socket counts as writable: always 1. */
export const SO_SNDLOWAT: ReadableOption<number> = intOption("SOL_SOCKET", "SO_SNDLOWAT");
/** Milliseconds that a blocking send waits; 0 for no limit. Effective only after `detach()`: our calls never block. */
export const SO_SNDTIMEO: SocketOption<number> = timevalOption("SO_SNDTIMEO");
/** Whether each datagram carries the time of its arrival in microseconds. */
export const SO_TIMESTAMP: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_TIMESTAMP");
/** `SOF_TIMESTAMPING_*` flags, ORed: which times of incoming and outgoing packets are reported. */
export const SO_TIMESTAMPING: SocketOption<number> = intOption("SOL_SOCKET", "SO_TIMESTAMPING");
/** Whether each datagram carries the time of its arrival in nanoseconds. */
export const SO_TIMESTAMPNS: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_TIMESTAMPNS");
/** Whether a connection may take another path when it is retransmitting: 1, 0, or -1 for the system's default. */
export const SO_TXREHASH: SocketOption<number> = intOption("SOL_SOCKET", "SO_TXREHASH");
/** The socket type, `SOCK_*`. */
export const SO_TYPE: ReadableOption<number> = intOption("SOL_SOCKET", "SO_TYPE");
/** Whether sends may ask for `MSG_ZEROCOPY`. */
export const SO_ZEROCOPY: SocketOption<boolean> = booleanOption("SOL_SOCKET", "SO_ZEROCOPY");

// struct linger { int l_onoff; int l_linger; };
function encodeLinger(seconds: number | null): Uint8Array {
  // An undefined that became 0 would reset the connection, and lose what was sent.
  if (seconds !== null) within("set SO_LINGER", "number of seconds", seconds, INT_MAX);
  const bytes = new Uint8Array(8);
  bytes.set(encodeInt(seconds === null ? 0 : 1, "SO_LINGER"));
  bytes.set(encodeInt(seconds ?? 0, "SO_LINGER"), 4);
  return bytes;
}

/** `struct timeval { time_t tv_sec; suseconds_t tv_usec; }`, 8 bytes each, as milliseconds. */
function timevalOption(name: "SO_RCVTIMEO" | "SO_SNDTIMEO"): SocketOption<number> {
  return defineOption("SOL_SOCKET", name, 16, (milliseconds) => {
    if (!(typeof milliseconds === "number" && milliseconds >= 0 && milliseconds <= Number.MAX_SAFE_INTEGER)) {
      const value = quoted(milliseconds);
      throw new RangeError(`Cannot set ${name} as it must be 0 or more milliseconds: current value is ${value}`);
    }
    const microseconds = Math.ceil(milliseconds * 1000); // 0 would be no limit
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setBigInt64(0, BigInt(Math.floor(microseconds / 1_000_000)), HOST_LITTLE_ENDIAN);
    view.setBigInt64(8, BigInt(microseconds % 1_000_000), HOST_LITTLE_ENDIAN);
    return bytes;
  }, (bytes) => {
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    const seconds = Number(view.getBigInt64(0, HOST_LITTLE_ENDIAN));
    return seconds * 1000 + Number(view.getBigInt64(8, HOST_LITTLE_ENDIAN)) / 1000;
  });
}

function unsigned64(name: "SO_COOKIE" | "SO_NETNS_COOKIE"): ReadableOption<bigint> {
  return readableOption("SOL_SOCKET", name, 8, (bytes) => {
    return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, HOST_LITTLE_ENDIAN);
  });
}

const NO_PACING = 0xffffffffffffffffn;

function encodePacing(rate: number | null): Uint8Array {
  if (rate !== null) within("set SO_MAX_PACING_RATE", "rate", rate, Number.MAX_SAFE_INTEGER);
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, rate === null ? NO_PACING : BigInt(rate), HOST_LITTLE_ENDIAN);
  return bytes;
}

function decodePacing(bytes: Uint8Array): number | null {
  const rate = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, HOST_LITTLE_ENDIAN);
  return rate === NO_PACING ? null : Number(rate);
}

/**
 * The structure and the program after it in one buffer, so that the pointer in it is valid as long as the buffer.
 *
 * ```c
 * struct sock_fprog { unsigned short len; struct sock_filter *filter; };   // 0, 8
 * struct sock_filter { __u16 code; __u8 jt; __u8 jf; __u32 k; };
 * ```
 */
function filterOption(name: "SO_ATTACH_FILTER" | "SO_ATTACH_REUSEPORT_CBPF"): WritableOption<Uint8Array> {
  return writableOption("SOL_SOCKET", name, (program: Uint8Array): Uint8Array => {
    if (program.length === 0 || program.length % 8 !== 0 || program.length > 4096 * 8) {
      throw new RangeError(
        `Cannot set ${name} as the program must be 1 to 4096 instructions of 8 bytes: current length is ${program.length}`,
      );
    }
    const bytes = new Uint8Array(16 + program.length);
    bytes.set(program, 16);
    const view = new DataView(bytes.buffer);
    view.setUint16(0, program.length / 8, HOST_LITTLE_ENDIAN);
    view.setBigUint64(8, addressOf(bytes) + 16n, HOST_LITTLE_ENDIAN);
    return bytes.subarray(0, 16);
  });
}
