/** What a {@linkcode Duplex} reads from and writes to. */
export interface StreamEnd {
  read(p: Uint8Array): Promise<number | null>;
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
  #open = 2;

  constructor(end: StreamEnd) {
    this.#end = end;
    this.readable = new ReadableStream({
      type: "bytes",
      autoAllocateChunkSize: CHUNK_SIZE,
      pull: (controller) => this.#pull(controller),
      cancel: () => this.#over(),
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
      const n = await this.#end.read(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
      if (n === null) {
        controller.close();
        request.respond(0);
        this.#over();
      } else {
        request.respond(n);
      }
    } catch (error) {
      this.#end.close();
      throw error;
    }
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
