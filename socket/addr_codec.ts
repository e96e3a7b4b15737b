import type { Descriptor } from "./descriptor.ts";

/**
 * Converts the addresses of one family between values and sockaddr bytes.
 *
 * @typeParam A The address type that decoding returns.
 * @typeParam I The address type that encoding takes, which may need fewer fields.
 */
export interface AddrCodec<A, I = A> {
  /**
   * Encodes an address as a sockaddr. `socket` is the one that it is for, if there is one: the name of an interface is
   * looked up in its network namespace.
   */
  encode(addr: I, socket?: Descriptor): Uint8Array;
  /** Decodes the address in a sockaddr. */
  decode(sockaddr: Uint8Array): A;
  /** Formats the address as text, for messages. */
  format(addr: I): string;
}
