import {
  booleanOption,
  bytesOption,
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
} from "../../socket/option.ts";
import { decodeTcpInfo, TCP_INFO_SIZE, type TcpInfo } from "./tcp_info.ts";
import {
  decodeRepairWindow,
  encodeRepairOptions,
  encodeRepairWindow,
  TCP_REPAIR_WINDOW_SIZE,
  type TcpRepairOption,
  type TcpRepairWindow,
} from "./tcp_repair.ts";
import { signatureOption, type TcpNetworkSignature, type TcpSignature } from "./tcp_signature.ts";

// The options of TCP, sorted by C name. See tcp(7).

/** Flags of the Multipath TCP state; 1 means that it fell back to TCP. Refused (`EOPNOTSUPP`) on plain TCP. */
export const MPTCP_INFO: ReadableOption<{ flags: number; subflows: number }> = readableOption(
  "SOL_MPTCP",
  "MPTCP_INFO",
  12,
  // struct mptcp_info { __u8 mptcpi_subflows; __u8 …[7]; __u32 mptcpi_flags; … };
  (bytes) => ({ flags: bytes[8] ?? 0, subflows: bytes[0] ?? 0 }),
);
/** What the congestion control algorithm reports, as the bytes of `union tcp_cc_info`; often none. */
export const TCP_CC_INFO: ReadableOption<Uint8Array> = bytesOption("IPPROTO_TCP", "TCP_CC_INFO", 20);
/** The congestion control algorithm, such as `"cubic"`. */
export const TCP_CONGESTION: SocketOption<string> = textOption("IPPROTO_TCP", "TCP_CONGESTION", 16);
/** Whether partial segments wait, up to 200 ms, until this is turned off. */
export const TCP_CORK: SocketOption<boolean> = booleanOption("IPPROTO_TCP", "TCP_CORK");
/**
 * Seconds for which a listener hides a connection that has sent nothing; 0 for none. The kernel rounds it to
 * retransmissions.
 */
export const TCP_DEFER_ACCEPT: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_DEFER_ACCEPT");
/** How many connections of a listener may send data with their SYN before the handshake is done; 0 for none. */
export const TCP_FASTOPEN: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_FASTOPEN");
/** Whether connect(2) waits for the first write, whose data then goes with the SYN. */
export const TCP_FASTOPEN_CONNECT: SocketOption<boolean> = booleanOption("IPPROTO_TCP", "TCP_FASTOPEN_CONNECT");
/** The key of a listener's cookies, 16 bytes, or 32 with the previous key. */
export const TCP_FASTOPEN_KEY: SocketOption<Uint8Array> = bytesOption("IPPROTO_TCP", "TCP_FASTOPEN_KEY", 32);
/** Whether fast open works without cookies. */
export const TCP_FASTOPEN_NO_COOKIE: SocketOption<boolean> = booleanOption("IPPROTO_TCP", "TCP_FASTOPEN_NO_COOKIE");
/** What the kernel knows about the connection. */
export const TCP_INFO: ReadableOption<TcpInfo> = readableOption(
  "IPPROTO_TCP",
  "TCP_INFO",
  TCP_INFO_SIZE,
  decodeTcpInfo,
);
/** Whether each message carries the number of bytes that are still to be read. */
export const TCP_INQ: SocketOption<boolean> = booleanOption("IPPROTO_TCP", "TCP_INQ");
/** Probes without an answer before the connection is broken. */
export const TCP_KEEPCNT: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_KEEPCNT");
/** Seconds of silence before the first probe. */
export const TCP_KEEPIDLE: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_KEEPIDLE");
/** Seconds between two probes. */
export const TCP_KEEPINTVL: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_KEEPINTVL");
/** Seconds that a closed connection may stay in FIN_WAIT2; -1 for not at all. */
export const TCP_LINGER2: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_LINGER2");
/** The maximum segment size, in bytes. Setting limits it; reading it before connecting returns the default. */
export const TCP_MAXSEG: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_MAXSEG");
/** Signs segments to an address, and drops unsigned segments from it (RFC 2385). Some kernels lack it. */
export const TCP_MD5SIG: WritableOption<TcpSignature> = signatureOption("TCP_MD5SIG");
/** Like {@linkcode TCP_MD5SIG}, for a network or an interface. */
export const TCP_MD5SIG_EXT: WritableOption<TcpNetworkSignature> = signatureOption("TCP_MD5SIG_EXT");
/** Whether small writes are sent immediately, instead of collected while data is unacknowledged. */
export const TCP_NODELAY: SocketOption<boolean> = booleanOption("IPPROTO_TCP", "TCP_NODELAY");
/** Unsent bytes that the send buffer may hold before the socket counts as not writable. */
export const TCP_NOTSENT_LOWAT: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_NOTSENT_LOWAT");
/** The sequence number of the queue that {@linkcode TCP_REPAIR_QUEUE} chose; set before the connection. */
export const TCP_QUEUE_SEQ: SocketOption<number> = defineOption(
  "IPPROTO_TCP",
  "TCP_QUEUE_SEQ",
  4,
  (sequence) => encodeInt(sequence, "TCP_QUEUE_SEQ"),
  decodeUnsigned,
);
/** Whether segments are acknowledged immediately. The kernel may turn it off again. */
export const TCP_QUICKACK: SocketOption<boolean> = booleanOption("IPPROTO_TCP", "TCP_QUICKACK");
/**
 * 1 puts the connection in repair mode, to move it to another socket; 0 ends that with a probe, -1 without. Needs
 * CAP_NET_ADMIN.
 */
export const TCP_REPAIR: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_REPAIR");
/** What both ends agreed on in their SYNs, for a repaired connection. */
export const TCP_REPAIR_OPTIONS: WritableOption<TcpRepairOption[]> = writableOption(
  "IPPROTO_TCP",
  "TCP_REPAIR_OPTIONS",
  encodeRepairOptions,
);
/** The queue of a repaired connection that is read, written or numbered: 1 received, 2 sent, 0 neither. */
export const TCP_REPAIR_QUEUE: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_REPAIR_QUEUE");
/** The windows of a repaired connection. */
export const TCP_REPAIR_WINDOW: SocketOption<TcpRepairWindow> = defineOption(
  "IPPROTO_TCP",
  "TCP_REPAIR_WINDOW",
  TCP_REPAIR_WINDOW_SIZE,
  encodeRepairWindow,
  decodeRepairWindow,
);
/** The network and TCP headers of the SYN that opened this accepted connection. They can be read once. */
export const TCP_SAVED_SYN: ReadableOption<Uint8Array> = bytesOption("IPPROTO_TCP", "TCP_SAVED_SYN", 512);
/** Whether a listener keeps the SYN of each connection. */
export const TCP_SAVE_SYN: SocketOption<boolean> = booleanOption("IPPROTO_TCP", "TCP_SAVE_SYN");
/** SYNs that are sent before connecting fails, 1 to 127. */
export const TCP_SYNCNT: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_SYNCNT");
/**
 * Whether a thin stream is retransmitted after the first duplicate acknowledgement. It has no effect since Linux 4.11.
 */
export const TCP_THIN_DUPACK: SocketOption<boolean> = booleanOption("IPPROTO_TCP", "TCP_THIN_DUPACK");
/** Whether a thin stream is first retransmitted at a constant rate, instead of ever more slowly. */
export const TCP_THIN_LINEAR_TIMEOUTS: SocketOption<boolean> = booleanOption("IPPROTO_TCP", "TCP_THIN_LINEAR_TIMEOUTS");
/** The clock for the timestamps of segments, in its own units. Only a repaired socket may set it. */
export const TCP_TIMESTAMP: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_TIMESTAMP");
/** Microseconds by which every segment is delayed. */
export const TCP_TX_DELAY: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_TX_DELAY");
/** The name of the upper-layer protocol in the kernel, such as `"tls"`. It cannot be unset. */
export const TCP_ULP: SocketOption<string> = textOption("IPPROTO_TCP", "TCP_ULP", 16);
/** Milliseconds that sent data may stay unacknowledged before the connection is broken; 0 for the system's default. */
export const TCP_USER_TIMEOUT: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_USER_TIMEOUT");
/** The largest window to advertise, in bytes; 0 for no limit. */
export const TCP_WINDOW_CLAMP: SocketOption<number> = intOption("IPPROTO_TCP", "TCP_WINDOW_CLAMP");
