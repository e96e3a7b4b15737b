import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { setImmediate } from "node:timers/promises";
import { NodeStream } from "./node_stream.ts";

const CR = 0x0d;
const LF = 0x0a;

/**
 * A stream that gives an HTTP parser one request at a time: the parser takes all that are in a chunk, thousands, and
 * each costs kilobytes. What follows a request waits until its response is sent; to notice that the client is gone,
 * the stream still reads one chunk ahead.
 */
export class HttpStream extends NodeStream {
  #message: IncomingMessage | undefined;
  #answered: Promise<unknown> | undefined;
  /** Bytes that the body of the request still has; 0 if its length is unknown. */
  #bodyLeft = 0;
  /** Bytes that the parser does not have yet. */
  #held: Buffer | undefined;
  /** Called when the parser has the bytes that it was given last. */
  #parsed: (() => void) | undefined;
  #lineIsEmpty = false;

  /**
   * Holds back the next request until `answered` settles.
   *
   * @returns A promise that is fulfilled when the parser has what was held back, or there is nothing.
   */
  async answering(message: IncomingMessage, answered: Promise<void>): Promise<void> {
    this.#message = message;
    this.#answered = answered;
    this.#bodyLeft = Number(message.headers["content-length"] ?? 0);
    await answered;
    if (this.#held === undefined || !message.complete || this.destroyed) return;
    await new Promise<void>((resolve) => {
      const done = (): void => {
        this.off("data", done).off("close", done);
        resolve();
      };
      this.once("data", done).once("close", done);
    });
  }

  /** Part of `stream.Duplex`. */
  override push(chunk: Buffer | null): boolean {
    if (chunk === null) return super.push(null);
    this.#held = chunk;
    void this.#next();
    return true;
  }

  /** Part of `stream.Duplex`. */
  override _read(): void {
    if (this.#held === undefined) super._read();
    else void setImmediate().then(() => this.#next()); // other connections first
  }

  /** Part of `stream.Duplex`. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    const isHeard = super.emit(event, ...args);
    if (event === "data") this.#parsed?.();
    return isHeard;
  }

  /** Gives the parser what is held of the current request, or the head of the next one. */
  async #next(): Promise<void> {
    if (this.readableLength > 0) await new Promise<void>((resolve) => this.#parsed = resolve);
    if (this.#message?.complete) await this.#answered;
    if (this.#held === undefined || this.destroyed) return;
    const size = this.#bodyLeft > 0 ? Math.min(this.#bodyLeft, this.#held.length) : this.#upToBlankLine(this.#held);
    this.#bodyLeft = Math.max(0, this.#bodyLeft - size);
    const piece = this.#held.subarray(0, size);
    this.#held = size < this.#held.length ? this.#held.subarray(size) : undefined;
    super.push(piece);
  }

  /** A head ends with a blank line, and so does a body of chunks. */
  #upToBlankLine(bytes: Buffer): number {
    for (let i = 0; i < bytes.length; i++) {
      if (bytes[i] === LF) {
        if (this.#lineIsEmpty) return i + 1;
        this.#lineIsEmpty = true;
      } else if (bytes[i] !== CR) this.#lineIsEmpty = false;
    }
    return bytes.length;
  }
}
