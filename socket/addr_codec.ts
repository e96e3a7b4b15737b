/**
 * Turns the addresses of one family from values into sockaddr bytes, and back.
 *
 * @typeParam A The address as it is told.
 * @typeParam I The address as it is taken, where that needs less.
 */
export interface AddrCodec<A, I = A> {
  /** The sockaddr of an address. */
  encode(addr: I): Uint8Array;
  /** The address in a sockaddr. */
  decode(sockaddr: Uint8Array): A;
  /** The address as a person reads it. */
  format(addr: I): string;
}
