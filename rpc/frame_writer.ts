import { FrameBuffer } from "./frame_buffer.ts";
import type { Transport } from "./transport.ts";

/** Writes frames in the order they are put; those put while a write is under way go out together in the next. */
export class FrameWriter {
  readonly #transport: Transport;
  readonly #onProgress: () => void;
  #put: FrameBuffer;
  #sent: FrameBuffer;
  #isWriting = false;
  #isScheduled = false;
  #error: unknown;

  /** `onProgress` is called after every write, and once the connection has failed. */
  constructor(transport: Transport, onProgress: () => void) {
    this.#transport = transport;
    this.#onProgress = onProgress;
    this.#put = new FrameBuffer(transport.format);
    this.#sent = new FrameBuffer(transport.format);
  }

  /** Bytes that the connection has not taken yet. */
  get queued(): number {
    return this.#put.length + this.#sent.length;
  }

  /** Why writing failed, if it did. */
  get error(): unknown {
    return this.#error;
  }

  /** Queues one frame; throws a FrameError, and queues nothing, where the text is too long. */
  put(text: string): void {
    if (this.#error === undefined) this.#put.put(text);
  }

  /** Starts writing what is queued. */
  flush(): void {
    if (!this.#isWriting && this.#put.length > 0) void this.#write();
  }

  /** Starts writing after the jobs that wait now, which may put more. */
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
        [this.#put, this.#sent] = [this.#sent, this.#put];
        await this.#transport.write(this.#sent.bytes());
        this.#sent.clear();
        this.#onProgress();
      }
    } catch (error) {
      this.#error = error ?? new Error("Cannot write to the connection");
      this.#put.clear();
      this.#sent.clear();
      this.#transport.close();
      this.#onProgress();
    }
    this.#isWriting = false;
  }
}
