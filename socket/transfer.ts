import type { OptionNames } from "../checks/option_names.ts";
import { WAIT_OPTIONS, type WaitOptions, waitOptionsOf } from "./wait_options.ts";

/** Options of operations that take the flags of send(2) and recv(2). */
export interface TransferOptions extends WaitOptions {
  /**
   * `MSG_*` flags, ORed. Sends add `MSG_NOSIGNAL`, and receives of ancillary data add `MSG_CMSG_CLOEXEC`, unless the
   * family refuses it. `MSG_DONTWAIT` changes nothing, since no call blocks: a `timeout` of 0 tries without waiting.
   *
   * @default {0}
   */
  flags?: number;
}

/** The names of {@linkcode TransferOptions}. */
export const TRANSFER_OPTIONS: OptionNames<TransferOptions> = { ...WAIT_OPTIONS, flags: true };

/** Options of all methods that receive a message. */
export interface ReceiveOptions extends TransferOptions {
  /**
   * Where to put the bytes; if they do not fit, the rest is cut off and `truncated` is true. Default: a new array, as
   * long as the message.
   */
  buffer?: Uint8Array;
}

/** The names of {@linkcode ReceiveOptions}. */
export const RECEIVE_OPTIONS: OptionNames<ReceiveOptions> = { ...TRANSFER_OPTIONS, buffer: true };

/**
 * Options of all methods that send a datagram.
 *
 * @typeParam A The address.
 */
export interface SendOptions<A> extends TransferOptions {
  /** The destination; left out on a connected socket. */
  addr?: A;
}

/** The names of {@linkcode SendOptions}. */
export const SEND_OPTIONS: OptionNames<SendOptions<unknown>> = { ...TRANSFER_OPTIONS, addr: true };

/** Picks the transfer options out of others; `undefined` if there are none. */
export function transferOptionsOf(options: TransferOptions): TransferOptions | undefined {
  const { flags, progress, signal, timeout } = options;
  if (flags === undefined && progress === undefined && signal === undefined && timeout === undefined) return undefined;
  return { ...waitOptionsOf(options), ...(flags === undefined ? {} : { flags }) };
}

/** A datagram's length and sender, as {@linkcode Socket.recvfrom} returns them. */
export interface ReceivedFrom {
  /** Bytes written into the buffer; with `MSG_TRUNC` in the flags, the length of the whole datagram. */
  length: number;
  /** The sender's sockaddr, empty if the family or the connection gives none. */
  sockaddr: Uint8Array;
}

/** A message for {@linkcode Socket.sendmsg}: any part may be left out. */
export interface OutgoingMessage {
  /** The data, gathered from these buffers in order; at most 1,024, except on a stream. */
  buffers?: Uint8Array[];
  /** Where to send, as sockaddr bytes; left out for a connected socket. */
  sockaddr?: Uint8Array;
  /** The same as text, for errors. */
  address?: string;
  /** The ancillary data, encoded as control messages. */
  control?: Uint8Array;
}

/** Where {@linkcode Socket.recvmsg} puts a message. */
export interface MessageSpace {
  /** The data is scattered into these buffers in order, at most 1,024. */
  buffers: Uint8Array[];
  /**
   * Space for ancillary data, in bytes.
   *
   * @default {0}
   */
  controlLength?: number;
}

/** A message as {@linkcode Socket.recvmsg} returns it. */
export interface ReceivedMessage {
  /** Bytes written into the buffers; if the call had the flag `MSG_TRUNC`, the length of the whole message. */
  length: number;
  /** The kernel's `MSG_*` flags: `MSG_TRUNC` for data cut off, `MSG_CTRUNC` for ancillary data cut off, `MSG_EOR`, … */
  flags: number;
  /** The sender's sockaddr, empty if there is none. */
  sockaddr: Uint8Array;
  /** The ancillary data: control messages as the kernel encoded them. */
  control: Uint8Array;
}

/** A received datagram. */
export interface Datagram<A> {
  /** The bytes. */
  data: Uint8Array;
  /**
   * The sender: the same object as long as the sender is the same. Passing this object to `send()` is the fastest way
   * to answer.
   */
  addr: Readonly<A>;
  /** Whether bytes were cut off because the buffer was too small. */
  truncated: boolean;
}

/** A message of a seqpacket connection. */
export interface SeqpacketMessage {
  /** The bytes, possibly none. */
  data: Uint8Array;
  /** Whether bytes were cut off because the buffer was too small. */
  truncated: boolean;
}
