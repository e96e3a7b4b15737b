import { FrameBuffer } from "./_frame_buffer.ts";
import type { Transport } from "./_transport.ts";

/** Writes frames in the order they are put; those put during a write are sent together in the next one. */
export class FrameWriter {
  readonly #transport: Transport;
  readonly #onProgress: (bytes: number) => void;
  #put: FrameBuffer;
  /** Replaces `#put` while that is written; made on first use. */
  #other: FrameBuffer | undefined;
  #writing = 0;
  #isWriting = false;
  #isScheduled = false;
  #error: unknown;

  /** `onProgress` receives the number of bytes written, and is called once the connection has failed. */
  constructor(transport: Transport, onProgress: (bytes: number) => void) {
    this.#transport = transport;
    this.#onProgress = onProgress;
    this.#put = new FrameBuffer(transport.format);
  }

  /** Bytes that the connection has not taken yet. */
  get queued(): number {
    return this.#put.length + this.#writing;
  }

  /** Bytes of memory that hold them. */
  get memory(): number {
    return this.#put.memory + (this.#other?.memory ?? 0);
  }

  /** Why writing failed, if it did. */
  get error(): unknown {
    return this.#error;
  }

  /** Queues one frame made of strings; if they are too long, throws a FrameError and queues nothing. */
  put(texts: readonly string[]): void {
    if (this.#error === undefined) this.#put.put(texts);
  }

  /** Starts writing what is queued. */
  flush(): void {
    if (!this.#isWriting && this.#put.length > 0) void this.#write();
  }

  /** Starts writing after the pending microtasks, which may put more. */
  flushSoon(): void {
    if (this.#isWriting || this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      this.flush();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#put.length > 0) {
        const written = this.#put;
        this.#put = this.#other ?? new FrameBuffer(this.#transport.format);
        this.#other = written;
        this.#writing = written.length;
        await this.#transport.write(written.bytes(), this.#onProgress);
        this.#writing = 0;
        written.clear();
        this.#onProgress(0);
      }
    } catch (error) {
      this.#error = error ?? new Error("Cannot write to the connection");
      this.#writing = 0;
      this.#put.clear();
      this.#other?.clear();
      this.#transport.close();
      this.#onProgress(0);
    }
    this.#isWriting = false;
  }
}
