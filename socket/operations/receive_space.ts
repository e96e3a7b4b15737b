/**
 * Bytes of the space for a received message if the caller gives no buffer: no AF_UNIX message is longer unless its
 * sender has privileges (`SO_SNDBUF` gives twice `net.core.wmem_max`, which is 212,992), and none of IP is longer than
 * 65,535.
 */
export const RECEIVE_SIZE = 425_984;

let space: Uint8Array | undefined;

/** Scratch memory of that size: used within one synchronous call, never across a wait. */
export function receiveSpace(): Uint8Array {
  return space ??= new Uint8Array(RECEIVE_SIZE);
}
