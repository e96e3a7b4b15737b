import { FrameDecoderStream, FrameEncoderStream, FrameError } from "../../rpc/mod.ts";
import { assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";
import { concat, rawFrame, singleBytes } from "./frames.ts";

const BODIES = [[1, 2], [], [3]];

test("FrameEncoderStream and FrameDecoderStream undo each other", async () => {
  const source = ReadableStream.from(BODIES.map((body) => new Uint8Array(body)));
  const decoded = source.pipeThrough(new FrameEncoderStream()).pipeThrough(new FrameDecoderStream());
  assertEquals((await all(decoded)).map((body) => [...body]), BODIES);
});

test("FrameDecoderStream accepts chunks split anywhere, and its bodies do not change later", async () => {
  const bytes = concat(...BODIES.map((body) => rawFrame(1, body.length, body)));
  const decoded = ReadableStream.from(singleBytes(bytes)).pipeThrough(new FrameDecoderStream({ byteOrder: "little" }));
  assertEquals((await all(decoded)).map((body) => [...body]), BODIES);
});

test("FrameDecoderStream fails at bytes that are not a frame, and at an end inside one", async () => {
  for (
    const [bytes, code] of [[rawFrame(2, 0, []), "wrong-version"], [rawFrame(1, 2, [1]), "unexpected-end"]] as const
  ) {
    const decoded = ReadableStream.from([bytes]).pipeThrough(new FrameDecoderStream({ byteOrder: "little" }));
    const error = await assertRejects(() => all(decoded), FrameError);
    assertEquals(error.code, code);
  }
});

test("FrameEncoderStream fails at a body above the limit", async () => {
  const encoded = ReadableStream.from([new Uint8Array(11)]).pipeThrough(new FrameEncoderStream({ maxLength: 10 }));
  assertEquals((await assertRejects(() => all(encoded), FrameError)).code, "too-long");
  assertThrows(() => new FrameEncoderStream({ maxLength: -1 }), RangeError);
});

/** All chunks of a stream, like `Array.fromAsync`, for any stream. */
async function all<T>(stream: ReadableStream<T>): Promise<T[]> {
  const values: T[] = [];
  for await (const value of stream) values.push(value);
  return values;
}
