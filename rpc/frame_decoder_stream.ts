import type { FrameOptions } from "./frame.ts";
import { FrameDecoder } from "./frame_decoder.ts";

/**
 * Turns a stream of bytes into a stream of the bodies of its frames.
 *
 * The readable side fails with a {@linkcode FrameError} if the bytes are not a frame or end inside one.
 *
 * @example Decode the bytes of a stream
 * ```ts
 * import { encodeFrame, FrameDecoderStream } from "@berkeley/sockets/rpc";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = ReadableStream.from([encodeFrame(new Uint8Array([1, 2])), encodeFrame(new Uint8Array([3]))]);
 * const bodies = await Array.fromAsync(bytes.pipeThrough(new FrameDecoderStream()));
 * assertEquals(bodies.map((body) => [...body]), [[1, 2], [3]]);
 * ```
 */
export class FrameDecoderStream extends TransformStream<Uint8Array, Uint8Array> {
  /**
   * Starts at a frame boundary.
   *
   * @throws {TypeError | RangeError} If an option is invalid.
   */
  constructor(options: FrameOptions = {}) {
    const decoder = new FrameDecoder(options);
    super({
      transform(chunk, controller) {
        decoder.push(chunk);
        for (let body = decoder.next(); body !== undefined; body = decoder.next()) {
          controller.enqueue(body.buffer === chunk.buffer ? body : body.slice()); // a collected body would be overwritten
        }
      },
      flush() {
        decoder.end();
      },
    });
  }
}
