import { HOST_LITTLE_ENDIAN } from "../../ffi/sockaddr_layout.ts";

/** The state of a TCP connection: its C name without `TCP_`. */
export type TcpState =
  | "ESTABLISHED"
  | "SYN_SENT"
  | "SYN_RECV"
  | "FIN_WAIT1"
  | "FIN_WAIT2"
  | "TIME_WAIT"
  | "CLOSE"
  | "CLOSE_WAIT"
  | "LAST_ACK"
  | "LISTEN"
  | "CLOSING";

/** The states by their numbers, from 1 (`<netinet/tcp.h>`). */
export const TCP_STATES: readonly TcpState[] = [
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT1",
  "FIN_WAIT2",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "CLOSING",
];

/**
 * What the kernel knows about a TCP connection (`struct tcp_info`). All times are in milliseconds, with fractions if
 * the kernel counts microseconds. A field is `undefined` if the kernel is too old to have it.
 */
export interface TcpInfo {
  /** The state of the connection. */
  state: TcpState;
  /** The state of congestion control: 0 open, 1 disorder, 2 congestion window reduced, 3 recovery, 4 loss. */
  congestionState: number;
  /** Consecutive retransmissions of the segment that waits for its acknowledgement. */
  retransmits: number;
  /** Unanswered probes, of keep-alive or of a zero window. */
  probes: number;
  /** How often the retransmission timeout was doubled. */
  backoff: number;
  /** `TCPI_OPT_*` flags, ORed: 1 timestamps, 2 SACK, 4 window scaling, 8 ECN, 16 ECN seen, 32 SYN data acknowledged. */
  options: number;
  /** The window scale of sent segments, in bits. */
  sendWindowScale: number;
  /** The window scale of received segments, in bits. */
  receiveWindowScale: number;
  /** Whether the delivery rate was limited by the program, and so says little about the network. */
  deliveryRateAppLimited: boolean;
  /** Why fast open failed: 0 unknown or it worked, 1 no cookie, 2 data not acknowledged, 3 SYN retransmitted. */
  fastOpenClientFail: number;
  /** Retransmission timeout, ms. */
  rto: number;
  /** Delay of acknowledgements, ms. */
  ato: number;
  /** Maximum segment size of sent segments, bytes. */
  sendMss: number;
  /** Maximum segment size of received segments, bytes. */
  receiveMss: number;
  /** Segments that are sent and not acknowledged; for a listener, connections that wait to be accepted. */
  unacked: number;
  /** Segments that are acknowledged selectively; for a listener, its backlog. */
  sacked: number;
  /** Segments that are considered lost. */
  lost: number;
  /** Segments that are retransmitted and not acknowledged. */
  retrans: number;
  /** Always 0 since Linux 4.15. */
  fackets: number;
  /** Time since data was last sent, ms. */
  lastDataSent: number;
  /** Always 0: the kernel does not record it. */
  lastAckSent: number;
  /** Time since data last arrived, ms. */
  lastDataReceived: number;
  /** Time since an acknowledgement last arrived, ms. */
  lastAckReceived: number;
  /** MTU of the path, bytes. */
  pathMtu: number;
  /** Threshold of the receive window, bytes. */
  receiveSlowStartThreshold: number;
  /** Smoothed round-trip time, ms. */
  rtt: number;
  /** Its mean deviation, ms. */
  rttVariance: number;
  /** Slow start threshold, segments; 2147483647 before the first loss. */
  sendSlowStartThreshold: number;
  /** Congestion window, segments. */
  congestionWindow: number;
  /** The MSS advertised to the other end, bytes. */
  advertisedMss: number;
  /** The reordering that is tolerated, segments. */
  reordering: number;
  /** Round-trip time as the receiver sees it, ms. */
  receiveRtt: number;
  /** Bytes that the program reads per round-trip time. */
  receiveSpace: number;
  /** Total retransmitted segments. */
  totalRetrans: number;
  /** Rate at which segments are sent out, bytes/s; `null` for no limit. */
  pacingRate?: number | null | undefined;
  /** The upper limit of that rate, bytes/s; `null` for no limit. */
  maxPacingRate?: number | null | undefined;
  /** Bytes that were acknowledged. */
  bytesAcked?: number | undefined;
  /** Bytes that were received. */
  bytesReceived?: number | undefined;
  /** Segments sent. */
  segmentsOut?: number | undefined;
  /** Segments received. */
  segmentsIn?: number | undefined;
  /** Bytes in the send buffer that were not sent yet. */
  notSentBytes?: number | undefined;
  /** The lowest round-trip time of the last minutes, ms. */
  minRtt?: number | undefined;
  /** Segments with data received. */
  dataSegmentsIn?: number | undefined;
  /** Segments with data sent. */
  dataSegmentsOut?: number | undefined;
  /** The most recent rate of delivery, bytes/s. */
  deliveryRate?: number | undefined;
  /** Time with data outstanding, ms. */
  busyTime?: number | undefined;
  /** Time in which the other end's window was full, ms. */
  receiveWindowLimited?: number | undefined;
  /** Time in which the send buffer was full, ms. */
  sendBufferLimited?: number | undefined;
  /** Segments delivered. */
  delivered?: number | undefined;
  /** Segments delivered with a congestion mark (ECN). */
  deliveredCe?: number | undefined;
  /** Bytes sent, retransmissions included. */
  bytesSent?: number | undefined;
  /** Bytes retransmitted. */
  bytesRetransmitted?: number | undefined;
  /** Segments that the other end reported as duplicates. */
  dsackDuplicates?: number | undefined;
  /** How often reordering was seen. */
  reorderingSeen?: number | undefined;
  /** Segments that arrived out of order. */
  receivedOutOfOrder?: number | undefined;
  /** The other end's window, bytes. */
  sendWindow?: number | undefined;
}

/** `sizeof(struct tcp_info)` of Linux 6.1. */
export const TCP_INFO_SIZE = 240;

/** The fields that every Linux since 2.6 has, from byte 8 on, 4 bytes each; `us` is a time in microseconds. */
const OLD_FIELDS = [
  ["rto", "us"],
  ["ato", "us"],
  ["sendMss", "u32"],
  ["receiveMss", "u32"],
  ["unacked", "u32"],
  ["sacked", "u32"],
  ["lost", "u32"],
  ["retrans", "u32"],
  ["fackets", "u32"],
  ["lastDataSent", "u32"],
  ["lastAckSent", "u32"],
  ["lastDataReceived", "u32"],
  ["lastAckReceived", "u32"],
  ["pathMtu", "u32"],
  ["receiveSlowStartThreshold", "u32"],
  ["rtt", "us"],
  ["rttVariance", "us"],
  ["sendSlowStartThreshold", "u32"],
  ["congestionWindow", "u32"],
  ["advertisedMss", "u32"],
  ["reordering", "u32"],
  ["receiveRtt", "us"],
  ["receiveSpace", "u32"],
  ["totalRetrans", "u32"],
] as const;

/** The fields that were added later, in order, from byte 104 on. */
const NEW_FIELDS = [
  ["pacingRate", "rate"],
  ["maxPacingRate", "rate"],
  ["bytesAcked", "u64"],
  ["bytesReceived", "u64"],
  ["segmentsOut", "u32"],
  ["segmentsIn", "u32"],
  ["notSentBytes", "u32"],
  ["minRtt", "us"],
  ["dataSegmentsIn", "u32"],
  ["dataSegmentsOut", "u32"],
  ["deliveryRate", "u64"],
  ["busyTime", "us64"],
  ["receiveWindowLimited", "us64"],
  ["sendBufferLimited", "us64"],
  ["delivered", "u32"],
  ["deliveredCe", "u32"],
  ["bytesSent", "u64"],
  ["bytesRetransmitted", "u64"],
  ["dsackDuplicates", "u32"],
  ["reorderingSeen", "u32"],
  ["receivedOutOfOrder", "u32"],
  ["sendWindow", "u32"],
] as const;

type FieldType = typeof OLD_FIELDS[number][1] | typeof NEW_FIELDS[number][1];

/** Decodes a `struct tcp_info` of the length that the kernel returned. */
export function decodeTcpInfo(bytes: Uint8Array): TcpInfo {
  const whole = new Uint8Array(Math.max(bytes.length, 104));
  whole.set(bytes);
  const view = new DataView(whole.buffer);
  let at = 8;
  const read = ([name, type]: readonly [string, FieldType]) => {
    const value = readField(view, at, type);
    at += sizeOf(type);
    return [name, value];
  };
  const known = NEW_FIELDS.filter((_, i) => NEW_OFFSETS[i] !== undefined && NEW_OFFSETS[i] <= bytes.length);
  return {
    state: TCP_STATES[view.getUint8(0) - 1] ?? "CLOSE",
    congestionState: view.getUint8(1),
    retransmits: view.getUint8(2),
    probes: view.getUint8(3),
    backoff: view.getUint8(4),
    options: view.getUint8(5),
    ...bitFields(view.getUint8(6), view.getUint8(7)),
    ...Object.fromEntries(OLD_FIELDS.map(read)) as Record<typeof OLD_FIELDS[number][0], number>,
    ...Object.fromEntries(known.map(read)),
  };
}

/** The end of each of the later fields. */
const NEW_OFFSETS = NEW_FIELDS.map((_, i) =>
  NEW_FIELDS.slice(0, i + 1).reduce((sum, [, type]) => sum + sizeOf(type), 104)
);

/**
 * Bit fields begin with the least significant bit on a little-endian machine, else with the most significant.
 *
 * ```c
 * __u8 tcpi_snd_wscale : 4, tcpi_rcv_wscale : 4;
 * __u8 tcpi_delivery_rate_app_limited : 1, tcpi_fastopen_client_fail : 2;
 * ```
 */
function bitFields(scales: number, rest: number) {
  const [first, second] = [scales & 15, scales >> 4];
  return HOST_LITTLE_ENDIAN
    ? {
      sendWindowScale: first,
      receiveWindowScale: second,
      deliveryRateAppLimited: (rest & 1) === 1,
      fastOpenClientFail: rest >> 1 & 3,
    }
    : {
      sendWindowScale: second,
      receiveWindowScale: first,
      deliveryRateAppLimited: rest >> 7 === 1,
      fastOpenClientFail: rest >> 5 & 3,
    };
}

function sizeOf(type: FieldType): number {
  return type === "u32" || type === "us" ? 4 : 8;
}

function readField(view: DataView, at: number, type: FieldType): number | null {
  if (type === "u32") return view.getUint32(at, HOST_LITTLE_ENDIAN);
  if (type === "us") return view.getUint32(at, HOST_LITTLE_ENDIAN) / 1000;
  const value = view.getBigUint64(at, HOST_LITTLE_ENDIAN);
  if (type === "rate" && value === 0xffffffffffffffffn) return null;
  return type === "us64" ? Number(value) / 1000 : Number(value);
}
