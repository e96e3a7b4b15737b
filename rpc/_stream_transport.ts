import type { RpcConn } from "./conn.ts";
import type { FrameFormat } from "./frame.ts";
import { FrameDecoder } from "./frame_decoder.ts";
import type { Transport } from "./_transport.ts";

/**
 * Most connections carry short calls: the buffer grows after it was full. Long bodies are read directly into their
 * memory.
 */
const FIRST_READ = 2048;
const LARGEST_READ = 64 * 1024;

/** Frames over a stream of bytes. */
export class StreamTransport implements Transport {
  readonly format: FrameFormat;
  readonly #conn: RpcConn;
  readonly #decoder: FrameDecoder;
  readonly closeWrite: (() => Promise<void>) | undefined;
  #buffer = new Uint8Array(FIRST_READ);
  #writes = 0;
  #isClosed = false;

  constructor(conn: RpcConn, format: FrameFormat) {
    this.#conn = conn;
    this.format = format;
    const { little, maxLength } = format;
    this.#decoder = new FrameDecoder({ byteOrder: little ? "little" : "big", maxLength });
    this.closeWrite = conn.closeWrite?.bind(conn);
  }

  get buffered(): number {
    return this.#decoder.buffered;
  }

  get memory(): number {
    return Math.max(this.#decoder.buffered, this.#decoder.allocated);
  }

  async fill(): Promise<boolean> {
    const room = this.#decoder.room(LARGEST_READ);
    let count;
    try {
      count = await this.#conn.read(room ?? this.#buffer);
    } catch (error) {
      this.#decoder.reset(); // the memory of what was dropped serves others
      throw error;
    }
    if (count === null) return false;
    if (room !== undefined) {
      this.#decoder.filled(count);
      return true;
    }
    this.#decoder.push(this.#buffer.subarray(0, count));
    if (count === this.#buffer.length && count < LARGEST_READ) {
      this.#buffer = new Uint8Array(Math.min(count * 4, LARGEST_READ));
    }
    return true;
  }

  next(): Uint8Array | undefined {
    return this.#decoder.next();
  }

  end(): void {
    this.#decoder.end();
  }

  async skip(): Promise<boolean> {
    this.#decoder.reset();
    return await this.#conn.read(this.#buffer) !== null;
  }

  async write(frames: Uint8Array, onPart: (bytes: number) => void): Promise<void> {
    // Frames are already written together, and none must wait for the other end; the first write does not wait anyway.
    if (this.#writes++ === 1) this.#conn.setNoDelay?.(true);
    for (let at = 0; at < frames.length;) {
      const count = await this.#conn.write(frames.subarray(at));
      at += count;
      onPart(count);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }
}
