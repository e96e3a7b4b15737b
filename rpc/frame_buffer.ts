import { encodeHead, FRAME_HEAD_LENGTH, type FrameFormat } from "./frame.ts";
import { FrameError } from "./frame_error.ts";

const SMALL = 4096;
const KEPT = 256 * 1024;
const encoder = new TextEncoder();

/** Collects frames of text, encoded in place, in memory that is used again. */
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

  /** Adds one frame; throws a FrameError, and adds nothing, where the text is too long. */
  put(text: string): void {
    const { maxLength } = this.#format;
    // UTF-8 has at least one byte and at most three for each UTF-16 unit.
    if (text.length > maxLength) {
      throw new FrameError(
        `Cannot encode a frame of ${text.length} or more bytes: the limit is ${maxLength}`,
        "too-long",
        4,
      );
    }
    this.#reserve(text.length);
    let { read, written } = this.#encode(text);
    if (read < text.length) {
      this.#reserve(text.length * 3);
      ({ read, written } = this.#encode(text));
    }
    encodeHead(this.#view, this.#length, written, this.#format);
    this.#length += FRAME_HEAD_LENGTH + written;
  }

  /** The frames, valid until `clear`. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets the frames, and lets go of memory that only a large one needed. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > KEPT) this.#replace(new Uint8Array(SMALL));
  }

  #encode(text: string): TextEncoderEncodeIntoResult {
    return encoder.encodeInto(text, this.#bytes.subarray(this.#length + FRAME_HEAD_LENGTH));
  }

  #reserve(length: number): void {
    const needed = this.#length + FRAME_HEAD_LENGTH + length;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    grown.set(this.bytes());
    this.#replace(grown);
  }

  #replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
