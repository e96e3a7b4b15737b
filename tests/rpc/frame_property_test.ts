import fc from "fast-check";
import { decodeFrame, encodeFrame, type FrameOptions } from "../../rpc/mod.ts";
import { assertEquals, test } from "../runner/mod.ts";
import { concat, decodePieces } from "./frames.ts";

const bodies = fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 });
const byteOrder = fc.constantFrom<FrameOptions["byteOrder"] & string>("native", "little", "big");
const cuts = fc.array(fc.nat(2000), { maxLength: 10 });

test("FrameDecoder returns what encodeFrame() encoded, wherever it is split", () => {
  fc.assert(fc.property(bodies, byteOrder, cuts, fc.boolean(), (bodies, byteOrder, cuts, intoRoom) => {
    const stream = concat(...bodies.map((body) => encodeFrame(body, { byteOrder })));
    const outcome = decodePieces(cut(stream, cuts), { byteOrder }, intoRoom);
    assertEquals(outcome, { bodies: bodies.map((body) => [...body]) });
  }));
});

test("FrameDecoder says where a stream of frames was cut short", () => {
  fc.assert(fc.property(bodies, cuts, fc.nat(), fc.boolean(), (bodies, cuts, at, intoRoom) => {
    const stream = concat(...bodies.map((body) => encodeFrame(body)));
    const end = at % (stream.length + 1);
    const { bodies: whole, error } = decodePieces(cut(stream.subarray(0, end), cuts), {}, intoRoom);
    assertEquals(whole, bodies.slice(0, whole.length).map((body) => [...body]));
    const used = whole.reduce((sum, body) => sum + 8 + body.length, 0);
    assertEquals(error, used === end ? undefined : { code: "unexpected-end", offset: end });
  }));
});

test("decodeFrame() returns what encodeFrame() encoded", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), byteOrder, (body, byteOrder) => {
    assertEquals([...decodeFrame(encodeFrame(body, { byteOrder }), { byteOrder })], [...body]);
  }));
});

function cut(bytes: Uint8Array, at: number[]): Uint8Array[] {
  const ends = [...at.map((end) => Math.min(end, bytes.length)), bytes.length].sort((a, b) => a - b);
  return ends.map((end, i) => bytes.subarray(ends[i - 1] ?? 0, end));
}
