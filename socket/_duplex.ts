import type { WaitOptions } from "./wait_options.ts";

/** What a {@linkcode Duplex} reads from and writes to. */
export interface StreamEnd {
  readonly socket: { readonly isOver: boolean };
  read(p: Uint8Array, options?: WaitOptions): Promise<number | null>;
  write(p: Uint8Array): Promise<number>;
  closeWrite(): Promise<void>;
  close(): void;
}

/** Bytes per read for a reader that brings no buffer. */
const CHUNK_SIZE = 65536;

/** The two Web Streams of a connection. */
export class Duplex {
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: WritableStream<Uint8Array<ArrayBufferLike>>;
  readonly #end: StreamEnd;
  #isCancelled = false;

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
      abort: () => end.close(),
    });
  }

  async #pull(controller: ReadableByteStreamController): Promise<void> {
    const request = controller.byobRequest;
    const view = request?.view;
    if (request == null || view == null) return;
    try {
      const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
      const n = await this.#end.read(bytes);
      if (n === null) controller.close();
      request.respond(n ?? 0);
    } catch (error) {
      if (this.#isCancelled) return;
      this.#end.close();
      throw error;
    }
  }

  #cancel(): void {
    this.#isCancelled = true;
    this.#end.close();
  }

  async #write(chunk: ArrayBufferView | ArrayBufferLike): Promise<void> {
    try {
      await this.#end.write(bytesOf(chunk));
    } catch (error) {
      this.#end.close();
      throw error;
    }
  }

  async #closeWrite(): Promise<void> {
    if (!this.#end.socket.isOver) await this.#end.closeWrite(); // else `closeWrite()` was already called directly
  }
}

function bytesOf(chunk: ArrayBufferView | ArrayBufferLike): Uint8Array {
  if (ArrayBuffer.isView(chunk)) return new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  const kind = Object.prototype.toString.call(chunk);
  if (kind === "[object ArrayBuffer]" || kind === "[object SharedArrayBuffer]") return new Uint8Array(chunk);
  throw new TypeError(`Cannot write a chunk that is not a BufferSource: current value is ${kind}`);
}
