import type { RpcMessageConn } from "./conn.ts";
import { decodeMessage } from "./decode_frame.ts";
import { FRAME_HEAD_LENGTH, type FrameFormat } from "./frame.ts";
import type { Transport } from "./_transport.ts";

/** unix(7) refuses a message longer than the send buffer minus 32 bytes; the buffer is 212,992 bytes by default. */
const MESSAGE_MAX = 212_960;

/** Frames over whole messages, one frame per message. */
export class MessageTransport implements Transport {
  readonly buffered = 0;
  readonly format: FrameFormat;
  readonly closeWrite: (() => Promise<void>) | undefined;
  readonly #conn: RpcMessageConn;
  #message: Uint8Array | undefined;
  #offset = 0;
  #isClosed = false;

  constructor(conn: RpcMessageConn, format: FrameFormat) {
    this.#conn = conn;
    this.format = { ...format, maxLength: Math.min(format.maxLength, MESSAGE_MAX - FRAME_HEAD_LENGTH) };
    this.closeWrite = conn.closeWrite?.bind(conn);
  }

  get memory(): number {
    return this.#message?.length ?? 0;
  }

  async fill(): Promise<boolean> {
    const message = await this.#conn.receive();
    if (message === null) return false;
    this.#message = message.data;
    return true;
  }

  next(): Uint8Array | undefined {
    const message = this.#message;
    if (message === undefined) return undefined;
    this.#message = undefined;
    const body = decodeMessage(message, this.format, this.#offset);
    this.#offset += message.length;
    return body;
  }

  end(): void {
    // A message is complete or an error: the connection cannot end inside one.
  }

  async skip(): Promise<boolean> {
    this.#message = undefined;
    return await this.#conn.receive() !== null;
  }

  async write(frames: Uint8Array, onPart: (bytes: number) => void): Promise<void> {
    const view = new DataView(frames.buffer, frames.byteOffset, frames.length);
    for (let at = 0, end = 0; at < frames.length; at = end) {
      end = at + FRAME_HEAD_LENGTH + view.getInt32(at + 4, this.format.little);
      await this.#conn.send(frames.subarray(at, end));
      onPart(end - at);
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#conn.close();
  }
}
