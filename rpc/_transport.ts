import type { FrameFormat } from "./frame.ts";

/** Frames over one connection, which it owns. */
export interface Transport {
  /** How frames look, with the longest body that the connection can carry. */
  readonly format: FrameFormat;
  /** Bytes received of a frame that is not complete. */
  readonly buffered: number;
  /** Bytes of memory that hold frames, or are kept for the rest of one. */
  readonly memory: number;
  /** Waits for bytes; gives false at the end of the connection. */
  fill(): Promise<boolean>;
  /** The body of the next frame, valid until the next `fill`; undefined if more bytes are needed. */
  next(): Uint8Array | undefined;
  /** Throws a FrameError if the connection ended inside a frame. */
  end(): void;
  /** Waits for bytes and forgets them, with what there was of a frame; gives false at the end of the connection. */
  skip(): Promise<boolean>;
  /** Writes whole frames; `onPart` is told how many bytes each time that a part of them is written. */
  write(frames: Uint8Array, onPart: (bytes: number) => void): Promise<void>;
  /** Ends the writing half, where the connection can. */
  readonly closeWrite?: (() => Promise<void>) | undefined;
  /** Closes the connection once. */
  close(): void;
}
