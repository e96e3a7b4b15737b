import { INT_MAX, within } from "../../checks/within.ts";
import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkTimeout } from "../../checks/check_timeout.ts";
import { checkOptions } from "../../checks/option_names.ts";
import { deadlineIn } from "./_wait.ts";
import type { BlockingSocket } from "./blocking_socket.ts";
import type { BlockingOptions } from "./options.ts";

/** Options of a {@linkcode LineReader}. */
export interface LineReaderOptions {
  /**
   * The most bytes that a line may have, its line ending included; a last line without one may have one byte less.
   *
   * @default {65536}
   */
  maxLength?: number;
}

const NEWLINE = 10;
const RETURN = 13;
/** It keeps U+FEFF, as Python does: it would be lost at the start of each line. */
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * Reads the lines of a stream, like Python's `makefile()`: in UTF-8, ended by `\n` or `\r\n`, which it removes. It
 * reads ahead: {@linkcode LineReader.recv} returns the bytes after the last line.
 *
 * @example Usage
 * ```ts
 * import { LineReader } from "@berkeley/sockets/blocking";
 * import { C } from "@berkeley/sockets/ffi";
 * import { Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
 * using from = left.blocking();
 * using to = right.blocking();
 * from.sendall(new TextEncoder().encode("Host: here\r\n\r\nbody"));
 * const reader = new LineReader(to);
 * assertEquals(reader.readLine(), "Host: here");
 * assertEquals(reader.readLine({ timeout: 1000 }), "");
 * assertEquals(reader.recv(new Uint8Array(16)), 4);
 * ```
 */
export class LineReader implements Iterable<string> {
  readonly #socket: Pick<BlockingSocket, "recv">;
  readonly #buffer: Uint8Array;
  // The bytes that were not returned yet, and how many of them are known to contain no newline.
  #begin = 0;
  #end = 0;
  #searched = 0;

  /**
   * Reads from a socket, which the caller still owns.
   *
   * @param socket The stream socket.
   * @param options How long a line may be.
   * @throws {RangeError} If `maxLength` is not a positive integer.
   */
  constructor(socket: Pick<BlockingSocket, "recv">, options: LineReaderOptions = {}) {
    options = checkOptions("read lines", options, { maxLength: true });
    const { maxLength = 65_536 } = options;
    this.#socket = socket;
    this.#buffer = new Uint8Array(within("read lines", "maxLength", maxLength, INT_MAX, 1));
  }

  /**
   * Blocks until there is a line.
   *
   * @param options How long to block in all. After a timeout, the received part of the line is kept for the next call.
   * @returns The line; `null` at the end of the stream. A last line without a line ending counts too.
   * @throws {RangeError} If the line is longer than `maxLength`.
   * @throws {SystemError} If the connection is broken.
   */
  readLine(options?: BlockingOptions): string | null {
    checkArgumentCount("call readLine", arguments.length, "options");
    if (options !== undefined) options = checkOptions("read a line", options, { timeout: true });
    const timeout = options?.timeout;
    const deadline = timeout === undefined ? undefined : deadlineIn(checkTimeout(timeout));
    for (;;) {
      const at = this.#buffer.subarray(0, this.#end).indexOf(NEWLINE, this.#searched);
      if (at >= 0) return this.#take(at, at + 1);
      this.#searched = this.#end;
      this.#makeRoom();
      const room = this.#buffer.subarray(this.#end);
      const n = this.#socket.recv(
        room,
        deadline === undefined ? undefined : { timeout: Math.max(0, deadline - performance.now()) },
      );
      if (n === 0) return this.#begin === this.#end ? null : this.#take(this.#end, this.#end);
      this.#end += n;
    }
  }

  /**
   * Returns bytes that were read ahead, else blocks like {@linkcode BlockingSocket.recv}.
   *
   * @param buffer Where to put the bytes.
   * @param options How long to block.
   * @returns The number of bytes received; 0 at the end of the stream.
   */
  recv(buffer: Uint8Array, options?: BlockingOptions): number {
    checkArgumentCount("call recv", arguments.length, "buffer", "options");
    const ahead = this.#buffer.subarray(this.#begin, Math.min(this.#end, this.#begin + buffer.byteLength));
    if (ahead.length === 0) return this.#socket.recv(buffer, options);
    buffer.set(ahead);
    this.#begin += ahead.length;
    this.#searched = Math.max(this.#searched, this.#begin);
    return ahead.length;
  }

  /** The lines, until the stream ends. */
  *[Symbol.iterator](): IterableIterator<string> {
    for (let line = this.readLine(); line !== null; line = this.readLine()) yield line;
  }

  #take(end: number, next: number): string {
    const stop = end > this.#begin && next > end && this.#buffer[end - 1] === RETURN ? end - 1 : end;
    const line = decoder.decode(this.#buffer.subarray(this.#begin, stop));
    this.#begin = this.#searched = next;
    return line;
  }

  #makeRoom(): void {
    if (this.#begin > 0) {
      this.#buffer.copyWithin(0, this.#begin, this.#end);
      this.#end -= this.#begin;
      this.#searched = this.#end;
      this.#begin = 0;
    }
    if (this.#end < this.#buffer.length) return;
    throw new RangeError(`Cannot read a line of more than maxLength: current value is ${this.#buffer.length} bytes`);
  }
}
