/**
 * Turns the addresses of one family from values into sockaddr bytes, and back.
 *
 * @typeParam A The address that comes out.
 * @typeParam I The address that goes in, which may need fewer fields.
 */
export interface AddrCodec<A, I = A> {
  /** The sockaddr of an address. */
  encode(addr: I): Uint8Array;
  /** The address in a sockaddr. */
  decode(sockaddr: Uint8Array): A;
  /** The address as text, for messages. */
  format(addr: I): string;
}
