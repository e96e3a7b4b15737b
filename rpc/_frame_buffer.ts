import { encodeHead, FRAME_HEAD_LENGTH, type FrameFormat } from "./frame.ts";
import { FrameError } from "./frame_error.ts";
import { lengthOf } from "./_reply.ts";
import { giveMemory, takeMemory } from "./_spare_memory.ts";

const SMALL = 512;
const KEPT = 16 * 1024;
const encoder = new TextEncoder();

/** Collects frames of text, encoded in place, in reusable memory. */
export class FrameBuffer {
  readonly #format: FrameFormat;
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SMALL);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  constructor(format: FrameFormat) {
    this.#format = format;
  }

  /** Bytes of the frames put since the last `clear`. */
  get length(): number {
    return this.#length;
  }

  /** Bytes of memory that hold them. */
  get memory(): number {
    return this.#length > 0 ? this.#bytes.length : 0;
  }

  /** Adds one frame made of strings; if they are too long, throws a FrameError and adds nothing. */
  put(texts: readonly string[]): void {
    const least = lengthOf(texts); // UTF-8 has at least one byte and at most three for each UTF-16 unit
    if (least > this.#format.maxLength) {
      const message = `Cannot encode a frame of ${least} or more bytes: the limit is ${this.#format.maxLength}`;
      throw new FrameError(message, "too-long", 4);
    }
    this.#reserve(FRAME_HEAD_LENGTH + least); // for all: a short end would else double the memory of a long text
    const start = this.#length;
    try {
      this.#length += FRAME_HEAD_LENGTH;
      for (const text of texts) this.#write(text);
      encodeHead(this.#view, start, this.#length - start - FRAME_HEAD_LENGTH, this.#format);
    } catch (error) {
      this.#length = start;
      throw error;
    }
  }

  /** The frames, valid until `clear`. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Discards the frames, and frees memory that only a large frame needed. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT) this.#replace(new Uint8Array(SMALL));
  }

  #write(text: string): void {
    this.#reserve(text.length);
    let { read, written } = this.#encode(text);
    if (read < text.length) {
      this.#reserve(text.length * 3);
      ({ read, written } = this.#encode(text));
    }
    this.#length += written;
  }

  #encode(text: string): TextEncoderEncodeIntoResult {
    return encoder.encodeInto(text, this.#bytes.subarray(this.#length));
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const grown = takeMemory(needed, Math.max(needed, this.#bytes.length * 2));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#replace(grown);
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    giveMemory(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
