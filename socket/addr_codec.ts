/** Turns the addresses of one family from values into sockaddr bytes, and back. */
export interface AddrCodec<A> {
  /** The sockaddr of an address. */
  encode(addr: A): Uint8Array;
  /** The address in a sockaddr. */
  decode(sockaddr: Uint8Array): A;
  /** The address as a person reads it. */
  format(addr: A): string;
}
