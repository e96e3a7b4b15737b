import type { FrameFormat } from "./frame.ts";

/** Frames over one connection, which it owns. */
export interface Transport {
  /** The frame format, with the longest body that the connection can carry. */
  readonly format: FrameFormat;
  /** Bytes received of an incomplete frame. */
  readonly buffered: number;
  /** Bytes of memory that hold frames, or are kept for the rest of one. */
  readonly memory: number;
  /** Waits for bytes; returns false at the end of the connection. */
  fill(): Promise<boolean>;
  /** The body of the next frame, valid until the next `fill`; undefined if more bytes are needed. */
  next(): Uint8Array | undefined;
  /** Throws a FrameError if the connection ended inside a frame. */
  end(): void;
  /** Waits for bytes and discards them, together with any partial frame; returns false at the end of the connection. */
  skip(): Promise<boolean>;
  /** Writes whole frames; calls `onPart` with the number of bytes each time that a part is written. */
  write(frames: Uint8Array, onPart: (bytes: number) => void): Promise<void>;
  /** Ends the writing half, if the connection supports it. */
  readonly closeWrite?: (() => Promise<void>) | undefined;
  /** Closes the connection once. */
  close(): void;
}
