/** What is wrong with a frame. */
export type FrameErrorCode =
  /** The version is neither 1 nor 1 with its bytes swapped. */
  | "wrong-version"
  /** The version is 1 with its bytes swapped: the peer writes in the other byte order. */
  | "swapped-version"
  /** The length is below zero. */
  | "negative-length"
  /** The length is above the limit. */
  | "too-long"
  /** A message continues after the end of its frame. */
  | "trailing-bytes"
  /** The bytes ended inside a frame. */
  | "unexpected-end";

/**
 * Bytes that are not a frame, or a body that is too long for one.
 *
 * @example Find out what is wrong
 * ```ts
 * import { decodeFrame, FrameError } from "@berkeley/sockets/rpc";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * const error = assertThrows(() => decodeFrame(new Uint8Array(5)), FrameError);
 * assertEquals(error.code, "unexpected-end");
 * assertEquals(error.offset, 5);
 * ```
 */
export class FrameError extends Error {
  /** The name of the class. */
  override readonly name = "FrameError";
  /** What is wrong. */
  readonly code: FrameErrorCode;
  /** The position: bytes since the start of the stream, the message or the frame to encode. */
  readonly offset: number;

  /** Describes an error at an offset. */
  constructor(message: string, code: FrameErrorCode, offset: number) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}
