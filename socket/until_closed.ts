/**
 * Iterates over what a socket receives, until it is closed or `receive` returns `null`: for the iterator of a class that
 * owns a socket.
 *
 * @typeParam T What is received.
 * @param socket The socket.
 * @param receive Receives once.
 * @returns What is received, one after another.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { Socket, untilClosed } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_DGRAM);
 * await left.send(new Uint8Array(3));
 * for await (const length of untilClosed(right, () => right.recv(new Uint8Array(16)))) {
 *   assertEquals(length, 3);
 *   right.close(); // ends the loop
 * }
 * left.close();
 * ```
 */
export async function* untilClosed<T>(
  socket: { readonly fd: number },
  receive: () => Promise<T | null>,
): AsyncIterableIterator<T> {
  while (socket.fd >= 0) {
    try {
      const received = await receive();
      if (received === null) return;
      yield received;
    } catch (error) {
      if (socket.fd < 0) return;
      throw error;
    }
  }
}
