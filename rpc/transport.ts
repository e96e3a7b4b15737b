import type { RpcConn, RpcMessageConn } from "./conn.ts";
import type { FrameFormat } from "./frame.ts";
import { MessageTransport } from "./message_transport.ts";
import { StreamTransport } from "./stream_transport.ts";

/**
 * How many frames of one read are handled before what came of them is written: with many in flight, the two ends work at
 * the same time instead of in turns.
 */
export const PORTION = 32;

/** Frames over one connection, which it owns. */
export interface Transport {
  /** How frames look, with the longest body that the connection can carry. */
  readonly format: FrameFormat;
  /** Bytes received of a frame that is not complete. */
  readonly buffered: number;
  /** Waits for bytes; gives false at the end of the connection. */
  fill(): Promise<boolean>;
  /** The body of the next frame, valid until the next `fill`; undefined if more bytes are needed. */
  next(): Uint8Array | undefined;
  /** Throws a FrameError if the connection ended inside a frame. */
  end(): void;
  /** Waits for bytes and forgets them; gives false at the end of the connection. */
  skip(): Promise<boolean>;
  /** Writes whole frames; `onPart` is called when a part of them is written. */
  write(frames: Uint8Array, onPart: () => void): Promise<void>;
  /** Ends the writing half, where the connection can. */
  readonly closeWrite?: (() => Promise<void>) | undefined;
  /** Closes the connection once. */
  close(): void;
}

/** Takes ownership of `conn`. */
export function openTransport(conn: RpcConn | RpcMessageConn, format: FrameFormat): Transport {
  if (typeof conn?.close !== "function") { // a promise of one, where an `await` is forgotten
    throw new TypeError(`Cannot use what is no connection: current value is ${Object.prototype.toString.call(conn)}`);
  }
  return "receive" in conn ? new MessageTransport(conn, format) : new StreamTransport(conn, format);
}
