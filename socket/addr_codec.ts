/**
 * Converts the addresses of one family between values and sockaddr bytes.
 *
 * @typeParam A The address type that decoding returns.
 * @typeParam I The address type that encoding takes, which may need fewer fields.
 */
export interface AddrCodec<A, I = A> {
  /** Encodes an address as a sockaddr. */
  encode(addr: I): Uint8Array;
  /** Decodes the address in a sockaddr. */
  decode(sockaddr: Uint8Array): A;
  /** Formats the address as text, for messages. */
  format(addr: I): string;
}
