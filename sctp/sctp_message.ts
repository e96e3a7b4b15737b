import { checkAddress, checkOptions, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { formatNetAddr } from "../inet/addresses/addr.ts";
import { decodeInetSockaddr, encodeInetSockaddr } from "../inet/addresses/sockaddr.ts";
import type { AddrCodec } from "../socket/addr_codec.ts";
import { controlMessageSpace, decodeControlMessages, encodeControlMessages } from "../socket/control_message.ts";
import type { Socket } from "../socket/socket.ts";
import {
  RECEIVE_OPTIONS,
  type ReceiveOptions,
  TRANSFER_OPTIONS,
  type TransferOptions,
  transferOptionsOf,
} from "../socket/transfer.ts";
import { decodeNotification, type SctpNotification } from "./notification.ts";

/** An SCTP address: numeric, with a port. */
export interface SctpAddr {
  /** The numeric address. */
  hostname: string;
  /** The port, in host order. */
  port: number;
  /** The zone of a link-local IPv6 address. */
  scopeId?: number;
}

/** How to send a message (`struct sctp_sndinfo`). */
export interface SctpSendOptions extends TransferOptions {
  /**
   * The number of the stream: messages of one stream arrive in order.
   *
   * @default {0}
   */
  stream?: number;
  /**
   * The payload protocol identifier, which only the other end understands.
   *
   * @default {0}
   */
  ppid?: number;
  /**
   * The message may arrive ahead of earlier messages of its stream.
   *
   * @default {false}
   */
  unordered?: boolean;
  /** A number that comes back with the error if the message cannot be delivered. */
  context?: number;
}

/** The names of {@linkcode SctpSendOptions}. */
export const SCTP_SEND_OPTIONS: OptionNames<SctpSendOptions> = {
  ...TRANSFER_OPTIONS,
  stream: true,
  ppid: true,
  unordered: "boolean",
  context: true,
};

/** A received message: data, or a notification about an association. */
export interface SctpMessage {
  /** The data, in the given buffer. */
  data: Uint8Array;
  /** Whether this is the end of the message; if it is longer than the buffer, the next call receives the rest. */
  complete: boolean;
  /** The number of its stream. */
  stream: number;
  /** Its payload protocol identifier. */
  ppid: number;
  /** Whether it may be ahead of earlier messages of its stream. */
  unordered: boolean;
  /** The number of its association. */
  association: number;
  /** The sender, if there is no connection. */
  addr: SctpAddr | undefined;
  /** The notification, instead of data, if notifications were requested. */
  notification: SctpNotification | undefined;
}

const SCTP_ADDR: OptionNames<SctpAddr> = { hostname: true, port: true, scopeId: true };

/** The codec for SCTP's addresses. */
export const sctpAddrCodec: AddrCodec<SctpAddr> = {
  encode: (addr) => {
    checkAddress("sockaddr", addr, SCTP_ADDR);
    return encodeInetSockaddr(addr);
  },
  decode: (sockaddr) => {
    const { hostname, port, scopeId } = decodeInetSockaddr(sockaddr, "tcp");
    return { hostname, port, ...(scopeId === undefined ? {} : { scopeId }) };
  },
  format: formatNetAddr,
};

/** `sizeof(struct sctp_sndinfo)` and of `struct sctp_rcvinfo`. */
const [SNDINFO_SIZE, RCVINFO_SIZE] = [16, 28];
/** The size of the default buffer. */
const SIZE = 65_536;

/**
 * Sends a message.
 *
 * ```c
 * struct sctp_sndinfo {
 *   __u16        snd_sid;       //  0
 *   __u16        snd_flags;     //  2
 *   __u32        snd_ppid;      //  4, as the other end gets it: big-endian here
 *   __u32        snd_context;   //  8
 *   sctp_assoc_t snd_assoc_id;  // 12
 * };
 * ```
 */
export async function sendSctp(
  socket: Socket,
  data: Uint8Array,
  to: { sockaddr?: Uint8Array; association?: number },
  options: SctpSendOptions & { abort?: boolean; end?: boolean } = {},
): Promise<number> {
  const { stream = 0, ppid = 0, unordered = false, context = 0, abort = false, end = false } = options;
  const view = new DataView(new ArrayBuffer(SNDINFO_SIZE));
  view.setUint16(0, within("send over SCTP", "stream", stream, 0xffff), HOST_LITTLE_ENDIAN);
  const flags = (unordered ? C.SCTP_UNORDERED : 0) | (abort ? C.SCTP_ABORT : 0) | (end ? C.SCTP_EOF : 0);
  view.setUint16(2, flags, HOST_LITTLE_ENDIAN);
  view.setUint32(4, within("send over SCTP", "ppid", ppid, 0xffffffff));
  view.setUint32(8, within("send over SCTP", "context", context, 0xffffffff), HOST_LITTLE_ENDIAN);
  view.setInt32(12, within("send over SCTP", "association", to.association ?? 0, 0x7fffffff), HOST_LITTLE_ENDIAN);
  const control = encodeControlMessages([
    { level: C.IPPROTO_SCTP, type: C.SCTP_SNDINFO, data: new Uint8Array(view.buffer) },
  ]);
  const sockaddr = to.sockaddr === undefined ? {} : { sockaddr: to.sockaddr };
  return await socket.sendmsg({ buffers: [data], control, ...sockaddr }, transferOptionsOf(options));
}

/**
 * Receives a message; `null` at the end of a connection.
 *
 * ```c
 * struct sctp_rcvinfo {
 *   __u16        rcv_sid;       //  0
 *   __u16        rcv_ssn;       //  2
 *   __u16        rcv_flags;     //  4
 *   __u32        rcv_ppid;      //  8, as the other end sent it: big-endian here
 *   __u32        rcv_tsn;       // 12
 *   __u32        rcv_cumtsn;    // 16
 *   __u32        rcv_context;   // 20
 *   sctp_assoc_t rcv_assoc_id;  // 24
 * };
 * ```
 */
export async function receiveSctp(
  socket: Socket,
  options: ReceiveOptions = {},
): Promise<SctpMessage | null> {
  options = checkOptions("receive", options, RECEIVE_OPTIONS);
  const { buffer } = options;
  const space = buffer ?? new Uint8Array(SIZE);
  const controlLength = controlMessageSpace(RCVINFO_SIZE);
  const { length, flags, sockaddr, control } = await socket.recvmsg(
    { buffers: [space], controlLength },
    transferOptionsOf(options),
  );
  const told = (flags & C.MSG_NOTIFICATION) !== 0;
  const received = decodeControlMessages(control).find(({ type }) => type === C.SCTP_RCVINFO)?.data;
  // SCTP has no empty messages; of one that waits, nothing fits an empty buffer.
  if (length === 0 && !told && received === undefined) return null;
  const info = received ?? new Uint8Array(RCVINFO_SIZE);
  const view = new DataView(info.buffer, info.byteOffset, info.byteLength);
  const data = buffer === undefined ? space.slice(0, length) : space.subarray(0, length);
  return {
    data: told ? new Uint8Array(0) : data,
    complete: (flags & C.MSG_EOR) !== 0,
    stream: view.getUint16(0, HOST_LITTLE_ENDIAN),
    ppid: view.getUint32(8),
    unordered: (view.getUint16(4, HOST_LITTLE_ENDIAN) & C.SCTP_UNORDERED) !== 0,
    association: view.getInt32(24, HOST_LITTLE_ENDIAN),
    addr: sockaddr.length === 0 ? undefined : sctpAddrCodec.decode(sockaddr),
    notification: told ? decodeNotification(data) : undefined,
  };
}
