import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkBytes } from "../checks/check_bytes.ts";
import { encodeHead, FRAME_HEAD_LENGTH, frameFormatOf, type FrameOptions } from "./frame.ts";

/**
 * Puts a head of 8 bytes before a body: two `int32`, the version 1 and the length.
 *
 * @param body The bytes of one call or reply; they are copied.
 * @param options The byte order and the limit.
 * @returns A frame of `body.length + 8` bytes.
 * @throws {FrameError} If the body is longer than the limit.
 * @throws {TypeError | RangeError} If an option is invalid, or the body is not a `Uint8Array`.
 *
 * @example Encode a frame
 * ```ts
 * import { encodeFrame } from "@berkeley/sockets/rpc";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = encodeFrame(new TextEncoder().encode("{}"), { byteOrder: "big" });
 * assertEquals(frame, new Uint8Array([0, 0, 0, 1, 0, 0, 0, 2, 0x7b, 0x7d]));
 * ```
 */
export function encodeFrame(body: Uint8Array, options: FrameOptions = {}): Uint8Array<ArrayBuffer> {
  checkArgumentCount("call encodeFrame", arguments.length, "body", "options");
  const format = frameFormatOf("encode a frame", options);
  checkBytes(body);
  const head = new DataView(new ArrayBuffer(FRAME_HEAD_LENGTH));
  encodeHead(head, 0, body.length, format);
  const frame = new Uint8Array(FRAME_HEAD_LENGTH + body.length);
  frame.set(new Uint8Array(head.buffer));
  frame.set(body, FRAME_HEAD_LENGTH);
  return frame;
}
