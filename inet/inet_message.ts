import type { OptionNames } from "../checks/option_names.ts";
import type { NetworkError } from "./network_error.ts";
import type { OutgoingPacketInfo, PacketInfo } from "./packet_info.ts";

/** A received datagram, with its ancillary data. */
export interface InetMessage<A> {
  /** The bytes. */
  data: Uint8Array;
  /** The sender. */
  addr: A;
  /** Whether bytes were cut off because the buffer was too small. */
  truncated: boolean;
  /** Whether ancillary data was cut off. */
  controlTruncated: boolean;
  /** What the socket's options request. */
  info: PacketInfo;
}

/** A datagram to send, with its own settings. */
export interface OutgoingInetMessage<I> {
  /** The bytes. */
  data: Uint8Array;
  /** The destination; left out on a connected socket. */
  addr?: I;
  /** Settings that replace those of the socket, such as the TTL or the local address. */
  info?: OutgoingPacketInfo;
}

/** The names of the parts of {@linkcode OutgoingInetMessage}. */
export const MESSAGE_PARTS: OptionNames<OutgoingInetMessage<unknown>> = { addr: true, data: true, info: true };

/** An entry of the error queue. */
export interface QueuedError<A> {
  /** The error, or the timestamp. */
  error: NetworkError;
  /** The destination of the datagram that caused it. */
  addr: A | undefined;
  /** That datagram, or the part of it that came back. */
  data: Uint8Array;
  /** Everything that the kernel reports, including the timestamp. */
  info: PacketInfo;
}
