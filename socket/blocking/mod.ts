/**
 * Sockets whose calls block the thread until they are done, as in C and Python: for Workers, scripts, a REPL, and
 * WebAssembly hosts. A blocked thread does nothing else: no timer runs, no promise settles, and it serves no other
 * connection. In a server, use `./socket` and the families.
 *
 * - {@linkcode BlockingSocket}: one socket of any family, with the calls by their C names, each with a `timeout`.
 * - {@linkcode poll}: blocks until one of several is ready.
 * - {@linkcode LineReader}: the lines of a stream.
 *
 * A descriptor can move between the two: `socket.blocking()` makes it blocking, `Socket.fromFd(blocking.detach())`
 * makes it asynchronous again.
 *
 * @example Lines over a pair
 * ```ts
 * import { LineReader } from "@berkeley/sockets/blocking";
 * import { C } from "@berkeley/sockets/ffi";
 * import { Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM).map((socket) => socket.blocking());
 * left?.sendall(new TextEncoder().encode("one\ntwo\n"));
 * left?.close();
 * using end = right;
 * assertEquals(end && [...new LineReader(end)], ["one", "two"]);
 * ```
 *
 * @module
 */
export { BlockingSocket } from "./blocking_socket.ts";
export { LineReader, type LineReaderOptions } from "./line_reader.ts";
export type {
  BlockingOptions,
  BlockingOutgoingMessage,
  BlockingSocketOptions,
  BlockingTransferOptions,
  Sender,
} from "./options.ts";
export { poll, type PollEvent, type PollRequest, type PollResult } from "./poll.ts";
