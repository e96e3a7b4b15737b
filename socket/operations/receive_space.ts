/**
 * Bytes that a message is received into where no buffer is given: no message of AF_UNIX is longer unless its sender has
 * privileges (`SO_SNDBUF` gives twice `net.core.wmem_max`, which is 212,992), and none of IP is longer than 65,535.
 */
export const RECEIVE_SIZE = 425_984;

let space: Uint8Array | undefined;

/** So much scratch memory: used within one synchronous call, never across a wait. */
export function receiveSpace(): Uint8Array {
  return space ??= new Uint8Array(RECEIVE_SIZE);
}
