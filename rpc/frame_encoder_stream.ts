import { encodeFrame } from "./encode_frame.ts";
import { frameFormatOf, type FrameOptions } from "./frame.ts";

/**
 * Turns a stream of bodies into a stream of frames.
 *
 * The stream fails with a {@linkcode FrameError} at a body longer than the limit.
 *
 * @example Encode a stream of bodies
 * ```ts
 * import { FrameEncoderStream } from "@berkeley/sockets/rpc";
 * import { assertEquals } from "@std/assert";
 *
 * const bodies = ReadableStream.from([new Uint8Array([1, 2])]);
 * const frames = await Array.fromAsync(bodies.pipeThrough(new FrameEncoderStream({ byteOrder: "little" })));
 * assertEquals(frames.map((frame) => [...frame]), [[1, 0, 0, 0, 2, 0, 0, 0, 1, 2]]);
 * ```
 */
export class FrameEncoderStream extends TransformStream<Uint8Array, Uint8Array<ArrayBuffer>> {
  /**
   * Makes a stream that keeps nothing between bodies.
   *
   * @throws {TypeError | RangeError} If an option is invalid.
   */
  constructor(options: FrameOptions = {}) {
    frameFormatOf("make a FrameEncoderStream", options);
    super({
      transform(body, controller) {
        controller.enqueue(encodeFrame(body, options));
      },
    });
  }
}
