import type { AddrCodec } from "../addr_codec.ts";

/** Options of every call that may block. */
export interface BlockingOptions {
  /**
   * Milliseconds to block at most; after that the call throws a `DOMException` named `"TimeoutError"`. No data is lost.
   * With 0 it tries once without blocking.
   *
   * @default {that of the socket}
   */
  timeout?: number;
}

/** Options of the calls that take the flags of send(2) and recv(2). */
export interface BlockingTransferOptions extends BlockingOptions {
  /**
   * `MSG_*` flags, ORed. `MSG_NOSIGNAL` is always added to a send. With `MSG_DONTWAIT` or `MSG_ERRQUEUE` the timeout is 0.
   *
   * @default {0}
   */
  flags?: number;
}

/** Options of a new {@linkcode BlockingSocket}. */
export interface BlockingSocketOptions<A, I = A> {
  /**
   * The protocol.
   *
   * @default {0} the family's own for the type
   */
  protocol?: number;
  /**
   * The codec for the family's addresses, such as `tcpAddrCodec` or `unixAddrCodec`. Without one, addresses are
   * sockaddr bytes.
   */
  codec?: AddrCodec<A, I>;
  /** The network namespace to open the socket in, such as `/run/netns/blue`. Needs CAP_SYS_ADMIN. */
  networkNamespace?: string;
}

/** A message for {@linkcode BlockingSocket.sendmsg}: any part may be left out. */
export interface BlockingOutgoingMessage<I> {
  /** The data, gathered from these buffers in order. */
  buffers?: Uint8Array[];
  /** Where to send; left out for a connected socket. */
  addr?: I;
  /** The ancillary data, encoded as control messages. */
  control?: Uint8Array;
}

/** The sender of a received message. */
export interface Sender<A> {
  /** The sender's sockaddr, empty if the family or the connection gives none. */
  readonly sockaddr: Uint8Array;
  /** The sender as an address, decoded on access; throws if there is none. */
  readonly addr: A;
}
