import { within } from "../checks/within.ts";
import { checkBytes } from "../checks/check_bytes.ts";
import { endedIn } from "./decode_frame.ts";
import { decodeHead, FRAME_HEAD_LENGTH, type FrameFormat, frameFormatOf, type FrameOptions } from "./frame.ts";
import type { FrameError } from "./frame_error.ts";
import { giveMemory, takeMemory } from "./_spare_memory.ts";

const NOTHING: Uint8Array<ArrayBuffer> = new Uint8Array(0);
/** Long bodies are collected in pieces of one length: any other body can use their memory afterwards. */
const PIECE = 256 * 1024;
/** Less than a piece, as a peer may announce a long body and send little of it. */
const FIRST_ROOM = 64 * 1024;

/**
 * Takes the bytes of a stream in pieces of any size and returns the bodies of its frames.
 *
 * A body that is complete in one piece is a view of that piece: it is not copied, and changes when the piece is
 * overwritten. A body that arrives in several pieces is collected in reusable memory, which grows with the received
 * bytes, not with the length in the head: it changes after the next call of {@linkcode next}. After an error the
 * decoder always throws this error: the frame boundaries are lost.
 *
 * @example Decode a stream
 * ```ts
 * import { encodeFrame, FrameDecoder } from "@berkeley/sockets/rpc";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = encodeFrame(new TextEncoder().encode("{}"));
 * const decoder = new FrameDecoder();
 * decoder.push(frame.subarray(0, 9));
 * assertEquals(decoder.next(), undefined); // it needs more
 * decoder.push(frame.subarray(9));
 * assertEquals(new TextDecoder().decode(decoder.next()), "{}");
 * decoder.end(); // the stream may end here
 * ```
 */
export class FrameDecoder {
  readonly #format: FrameFormat;
  /** The last piece, the position of its next byte, and its start in the stream. */
  #piece: Uint8Array = NOTHING;
  #at = 0;
  #start = 0;
  /** Collects a head that is split between pieces. */
  readonly #head = new Uint8Array(FRAME_HEAD_LENGTH);
  #headLength = 0;
  /** The length of the body from its head, or -1 before the head is complete. */
  #length = -1;
  /** Collects a body that is split: its full pieces, then the one that is being filled, and how far. */
  #full: Uint8Array<ArrayBuffer>[] = [];
  #body: Uint8Array<ArrayBuffer> = NOTHING;
  #bodyLength = 0;
  /** The memory of the body that was returned last. */
  #given: Uint8Array<ArrayBuffer> = NOTHING;
  #error: FrameError | undefined;

  /**
   * Starts at a frame boundary.
   *
   * @throws {TypeError | RangeError} If an option is invalid.
   */
  constructor(options: FrameOptions = {}) {
    this.#format = frameFormatOf("make a FrameDecoder", options);
  }

  /** Bytes received of an incomplete frame. */
  get buffered(): number {
    return this.#headLength + this.#collected + this.#piece.length - this.#at;
  }

  /** Bytes of memory for a split body. */
  get allocated(): number {
    return this.#full.length * PIECE + Math.min(this.#body.length, Math.max(this.#rest, 0)); // reused memory may be longer
  }

  /**
   * Takes the next piece, which must not change until {@linkcode next} has returned `undefined`.
   *
   * @param piece Bytes of the stream, not copied unless they hold an incomplete frame.
   * @throws {TypeError} If it is not a `Uint8Array`.
   */
  push(piece: Uint8Array): void {
    checkBytes(piece);
    const rest = this.#piece.subarray(this.#at);
    this.#start += this.#at;
    this.#at = 0;
    if (rest.length === 0) {
      this.#piece = piece;
      return;
    }
    this.#piece = new Uint8Array(rest.length + piece.length);
    this.#piece.set(rest);
    this.#piece.set(piece, rest.length);
  }

  /**
   * Returns the body of the next complete frame.
   *
   * @returns The body, or `undefined` if the decoder needs more bytes.
   * @throws {FrameError} If the head of a frame is invalid, without waiting for its body.
   */
  next(): Uint8Array | undefined {
    if (this.#error !== undefined) throw this.#error;
    this.#giveBack();
    if (this.#length < 0 && !this.#readHead()) return undefined;
    return this.#readBody();
  }

  /**
   * Returns memory for the next part of a long body, so that it can be read in place; then call {@linkcode filled}
   * instead of {@linkcode push}.
   *
   * @param least The smallest number of missing bytes for which to return memory.
   * @returns Where to put the next bytes of the stream, or `undefined` if fewer are missing.
   */
  room(least: number): Uint8Array<ArrayBuffer> | undefined {
    if (this.#length - this.#collected < least || this.#at < this.#piece.length) return undefined;
    if (this.#bodyLength === this.#capacity) this.#grow(Math.max(2 * this.#bodyLength, FIRST_ROOM));
    return this.#body.subarray(this.#bodyLength, this.#capacity);
  }

  /**
   * Reports that the first bytes of the {@linkcode room} have been filled.
   *
   * @param count How many.
   * @throws {RangeError} If there was no room for that many.
   */
  filled(count: number): void {
    this.#bodyLength += within("fill the room", "count", count, this.#capacity - this.#bodyLength);
    this.#start += count;
  }

  /**
   * Reports that the stream has ended, after {@linkcode next} has returned `undefined`.
   *
   * @throws {FrameError} If it ended inside a frame.
   */
  end(): void {
    if (this.#error !== undefined) throw this.#error;
    if (this.buffered === 0) return;
    const needed = FRAME_HEAD_LENGTH + Math.max(this.#length, 0);
    this.#error = endedIn(this.buffered, needed, this.#start + this.#piece.length);
    throw this.#error;
  }

  /**
   * Starts at a frame boundary again. It discards an incomplete frame and the body that was returned last, and uses
   * their memory for other frames: nothing may write into the {@linkcode room} any more.
   */
  reset(): void {
    this.#giveBack();
    for (const memory of [...this.#full, this.#body]) giveMemory(memory);
    this.#piece = NOTHING;
    this.#at = 0;
    this.#start = 0;
    this.#error = undefined;
    this.#finish(NOTHING);
  }

  #giveBack(): void {
    giveMemory(this.#given);
    this.#given = NOTHING;
  }

  #readHead(): boolean {
    const piece = this.#piece;
    if (this.#headLength === 0 && piece.length - this.#at >= FRAME_HEAD_LENGTH) {
      this.#length = this.#decodeHead(piece, this.#at, this.#start + this.#at);
      this.#headLength = FRAME_HEAD_LENGTH;
      this.#at += FRAME_HEAD_LENGTH;
      return true;
    }
    const part = piece.subarray(this.#at, this.#at + FRAME_HEAD_LENGTH - this.#headLength);
    this.#head.set(part, this.#headLength);
    this.#headLength += part.length;
    this.#at += part.length;
    if (this.#headLength < FRAME_HEAD_LENGTH) return false;
    this.#length = this.#decodeHead(this.#head, 0, this.#start + this.#at - FRAME_HEAD_LENGTH);
    return true;
  }

  #decodeHead(bytes: Uint8Array, at: number, offset: number): number {
    try {
      return decodeHead(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), at, this.#format, offset);
    } catch (error) {
      this.#error = error as FrameError;
      throw error;
    }
  }

  #readBody(): Uint8Array | undefined {
    const missing = this.#length - this.#collected;
    const part = this.#piece.subarray(this.#at, this.#at + missing);
    this.#at += part.length;
    if (part.length === this.#length) return this.#finish(part);
    for (let at = 0; at < part.length;) at += this.#collect(part.subarray(at));
    if (part.length < missing) return undefined;
    this.#given = this.#full.length === 0 ? this.#body : this.#joined();
    return this.#finish(this.#given.subarray(0, this.#length));
  }

  /** How many bytes of the body have been collected. */
  get #collected(): number {
    return this.#full.length * PIECE + this.#bodyLength;
  }

  /** How many bytes of the body are not in full pieces. */
  get #rest(): number {
    return this.#length - this.#full.length * PIECE;
  }

  /** How many bytes the piece that is being filled may hold. */
  get #capacity(): number {
    return Math.max(Math.min(this.#body.length, this.#rest, PIECE), 0);
  }

  /** Copies bytes into the piece that is being filled; returns how many. */
  #collect(bytes: Uint8Array): number {
    if (this.#bodyLength === this.#capacity) this.#grow(2 * (this.#bodyLength + bytes.length));
    const some = bytes.subarray(0, this.#capacity - this.#bodyLength);
    this.#body.set(some, this.#bodyLength);
    this.#bodyLength += some.length;
    return some.length;
  }

  /** Makes room for more bytes: in a longer piece at first, in another piece once that has its full length. */
  #grow(wanted: number): void {
    if (this.#bodyLength === PIECE) {
      this.#full.push(this.#body);
      this.#body = takeMemory(PIECE, PIECE);
      this.#bodyLength = 0;
      return;
    }
    const most = Math.min(this.#rest, wanted, PIECE);
    const grown = takeMemory(most, most);
    grown.set(this.#body.subarray(0, this.#bodyLength));
    giveMemory(this.#body);
    this.#body = grown;
  }

  /** The body of several pieces, in one. */
  #joined(): Uint8Array<ArrayBuffer> {
    const whole = takeMemory(this.#length, this.#length);
    for (const [i, memory] of [...this.#full, this.#body].entries()) {
      whole.set(memory.subarray(0, Math.min(PIECE, this.#length - i * PIECE)), i * PIECE);
      giveMemory(memory);
    }
    return whole;
  }

  #finish(body: Uint8Array): Uint8Array {
    this.#length = -1;
    this.#headLength = 0;
    this.#full = [];
    this.#body = NOTHING;
    this.#bodyLength = 0;
    return body;
  }
}
