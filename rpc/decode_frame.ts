import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkBytes } from "../checks/check_bytes.ts";
import { decodeHead, FRAME_HEAD_LENGTH, type FrameFormat, frameFormatOf, type FrameOptions } from "./frame.ts";
import { FrameError } from "./frame_error.ts";

/**
 * Returns the body of a message that is exactly one frame, as a seqpacket socket carries it.
 *
 * @param message The whole message.
 * @param options The byte order and the limit.
 * @returns The body, a view of `message`.
 * @throws {FrameError} If the head is invalid, or the message is shorter or longer than the head says.
 * @throws {TypeError | RangeError} If an option is invalid, or the message is not a `Uint8Array`.
 *
 * @example Decode a whole message
 * ```ts
 * import { decodeFrame } from "@berkeley/sockets/rpc";
 * import { assertEquals } from "@std/assert";
 *
 * const message = new Uint8Array([0, 0, 0, 1, 0, 0, 0, 2, 0x7b, 0x7d]);
 * assertEquals(new TextDecoder().decode(decodeFrame(message, { byteOrder: "big" })), "{}");
 * ```
 */
export function decodeFrame(message: Uint8Array, options: FrameOptions = {}): Uint8Array {
  checkArgumentCount("call decodeFrame", arguments.length, "message", "options");
  const format = frameFormatOf("decode a frame", options);
  checkBytes(message);
  return decodeMessage(message, format, 0);
}

/** {@linkcode decodeFrame} with checked options, for a message that starts at `offset` of its connection. */
export function decodeMessage(message: Uint8Array, format: FrameFormat, offset: number): Uint8Array {
  const start = offset + FRAME_HEAD_LENGTH;
  if (message.length < FRAME_HEAD_LENGTH) throw endedIn(message.length, FRAME_HEAD_LENGTH, offset + message.length);
  const view = new DataView(message.buffer, message.byteOffset, message.length);
  const length = decodeHead(view, 0, format, offset);
  const rest = message.length - FRAME_HEAD_LENGTH;
  if (rest < length) throw endedIn(message.length, FRAME_HEAD_LENGTH + length, start + rest);
  if (rest === length) return message.subarray(FRAME_HEAD_LENGTH);
  throw new FrameError(
    `Cannot decode the message as one frame: ${rest - length} bytes follow the frame's end at byte ${start + length}`,
    "trailing-bytes",
    start + length,
  );
}

/** The error for a frame that is truncated at `offset`. */
export function endedIn(received: number, needed: number, offset: number): FrameError {
  const unit = needed === FRAME_HEAD_LENGTH ? "bytes of a head" : "bytes";
  return new FrameError(
    `Cannot decode the frame: it ended at byte ${offset}, after ${received} of ${needed} ${unit}`,
    "unexpected-end",
    offset,
  );
}
