import type { WaitOptions } from "./wait_options.ts";

/** What a {@linkcode Duplex} reads from and writes to. */
export interface StreamEnd {
  read(p: Uint8Array, options?: WaitOptions): Promise<number | null>;
  write(p: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

/** Bytes read at once for a reader that brings no buffer. */
const CHUNK_SIZE = 65536;

/** The two Web Streams of a connection; when both are over, the connection is closed. */
export class Duplex {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  readonly #end: StreamEnd;
  readonly #cancelled = new AbortController();
  #open = 2;

  constructor(end: StreamEnd) {
    this.#end = end;
    this.readable = new ReadableStream({
      type: "bytes",
      autoAllocateChunkSize: CHUNK_SIZE,
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#cancel(),
    });
    this.writable = new WritableStream({
      write: (chunk) => this.#write(chunk),
      close: () => this.#closeWrite(),
      abort: () => this.#end.close(),
    });
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    const request = controller.byobRequest;
    const view = request?.view;
    if (request == null || view == null) return;
    try {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      const n = await this.#end.read(bytes, { signal: this.#cancelled.signal });
      if (n === null) {
        controller.close();
        request.respond(0);
        this.#over();
      } else {
        request.respond(n);
      }
    } catch (error) {
      if (this.#cancelled.signal.aborted) return;
      this.#end.close();
      throw error;
    }
  }

  /** The reader has left; the writing side goes on. */
  #cancel(): void {
    this.#cancelled.abort();
    this.#over();
  }

  async #write(chunk: Uint8Array): Promise<void> {
    try {
      await this.#end.write(chunk);
    } catch (error) {
      this.#end.close();
      throw error;
    }
  }

  async #closeWrite(): Promise<void> {
    await this.#end.closeWrite();
    this.#over();
  }

  #over(): void {
    if (--this.#open === 0) this.#end.close();
  }
}
