import type { Buffer } from "node:buffer";
import { NodeStream } from "../../node/mod.ts";
import type { UnixConn } from "../../unix/mod.ts";

/** A stream with descriptors besides the bytes, in the form that dbus-native expects. */
export class DescriptorStream extends NodeStream {
  readonly #conn: UnixConn;
  readonly #fds = new Map<Buffer, number[]>();

  constructor(conn: UnixConn) {
    super(
      new Proxy(conn, {
        get: (target, name) => {
          if (name === "read") return (buffer: Uint8Array) => this.#read(buffer);
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === "function" ? value.bind(target) : value;
        },
      }),
    );
    this.#conn = conn;
  }

  /** Sends bytes with descriptors, which the caller still owns. */
  writeWithFds(bytes: Buffer, fds: number[]): boolean {
    this.#fds.set(bytes, fds);
    return this.write(bytes);
  }

  override _write(chunk: Buffer, encoding: string, done: (error?: Error | null) => void): void {
    const fds = this.#fds.get(chunk);
    if (fds === undefined) return super._write(chunk, encoding, done);
    this.#fds.delete(chunk);
    this.#conn.sendMessage({ data: chunk, fds }).then(() => done(), done);
  }

  /** Not joined, since descriptors belong to their chunk. */
  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    const next = (i: number): void => {
      const chunk = chunks[i]?.chunk;
      if (chunk === undefined) done();
      else this._write(chunk, "buffer", (error) => error ? done(error) : next(i + 1));
    };
    next(0);
  }

  async #read(buffer: Uint8Array): Promise<number | null> {
    using message = await this.#conn.receiveMessage({ buffer, maxFds: 16 });
    if (message !== null && message.fds.length > 0) this.emit("fds", message.fds.map((fd) => fd.take()));
    return message?.data.length ?? null;
  }
}
