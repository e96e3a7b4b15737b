import {
  decodeFrame,
  encodeFrame,
  FrameDecoder,
  FrameDecoderStream,
  FrameError,
  type FrameOptions,
} from "../../rpc/mod.ts";
import { assert, assertEquals, assertThrows, test } from "../runner/mod.ts";
import { concat, decodePieces, type Outcome, rawFrame, singleBytes } from "./frames.ts";

const LITTLE: FrameOptions = { byteOrder: "little", maxLength: 300 };
const big = Array.from({ length: 300 }, (_, i) => i & 0xff);

/** Streams of little-endian frames with a limit of 300, and the expected results. */
const CASES: [name: string, bytes: Uint8Array, outcome: Outcome][] = [
  ["nothing", new Uint8Array(0), { bodies: [] }],
  ["an empty body", rawFrame(1, 0, []), { bodies: [[]] }],
  ["one byte", rawFrame(1, 1, [7]), { bodies: [[7]] }],
  ["the longest body", rawFrame(1, 300, big), { bodies: [big] }],
  ["three frames", concat(rawFrame(1, 2, [1, 2]), rawFrame(1, 0, []), rawFrame(1, 1, [3])), {
    bodies: [[1, 2], [], [3]],
  }],
  ["a body that looks like a head", rawFrame(1, 8, [...rawFrame(1, 9, [])]), { bodies: [[...rawFrame(1, 9, [])]] }],
  ["an end in the first head", rawFrame(1, 0, []).subarray(0, 3), {
    bodies: [],
    error: { code: "unexpected-end", offset: 3 },
  }],
  ["an end after the head", rawFrame(1, 2, []), { bodies: [], error: { code: "unexpected-end", offset: 8 } }],
  ["an end in the body", rawFrame(1, 2, [1]), { bodies: [], error: { code: "unexpected-end", offset: 9 } }],
  ["an end in the second head", concat(rawFrame(1, 1, [1]), [1]), {
    bodies: [[1]],
    error: { code: "unexpected-end", offset: 10 },
  }],
  ["version 0", rawFrame(0, 0, []), { bodies: [], error: { code: "wrong-version", offset: 0 } }],
  ["version 2 in the second frame", concat(rawFrame(1, 1, [1]), rawFrame(2, 0, [])), {
    bodies: [[1]],
    error: { code: "wrong-version", offset: 9 },
  }],
  ["version -1", rawFrame(-1, 0, []), { bodies: [], error: { code: "wrong-version", offset: 0 } }],
  ["the other byte order", rawFrame(1, 2, [1, 2], false), {
    bodies: [],
    error: { code: "swapped-version", offset: 0 },
  }],
  ["a negative length", rawFrame(1, -1, [1]), { bodies: [], error: { code: "negative-length", offset: 4 } }],
  ["the most negative length", rawFrame(1, -0x80000000, []), {
    bodies: [],
    error: { code: "negative-length", offset: 4 },
  }],
  ["a length above the limit", rawFrame(1, 301, big), { bodies: [], error: { code: "too-long", offset: 4 } }],
  ["the largest length", concat(rawFrame(1, 1, [1]), rawFrame(1, 0x7fffffff, [1])), {
    bodies: [[1]],
    error: { code: "too-long", offset: 13 },
  }],
];

for (const [name, bytes, outcome] of CASES) {
  test(`FrameDecoder gives the same for ${name} whole, byte by byte and split anywhere`, () => {
    assertEquals(decodePieces([bytes], LITTLE), outcome, "whole");
    assertEquals(decodePieces(singleBytes(bytes), LITTLE), outcome, "byte by byte");
    assertEquals(decodePieces(singleBytes(bytes), LITTLE, true), outcome, "byte by byte, into the room");
    for (let at = 0; at <= bytes.length; at++) {
      const halves = [bytes.subarray(0, at), bytes.subarray(at)];
      assertEquals(decodePieces(halves, LITTLE), outcome, `split at ${at}`);
      assertEquals(decodePieces(halves, LITTLE, true), outcome, `split at ${at}, into the room`);
    }
  });
  if (outcome.error?.code === "unexpected-end") continue; // bytes after it would be the rest of the frame
  test(`FrameDecoder gives the same for ${name} with trailing bytes`, () => {
    const trailing = concat(bytes, rawFrame(1, 1, [9]), [1, 0]);
    const expected = outcome.error !== undefined
      ? outcome
      : { bodies: [...outcome.bodies, [9]], error: { code: "unexpected-end", offset: bytes.length + 11 } as const };
    assertEquals(decodePieces([trailing], LITTLE), expected, "whole");
    assertEquals(decodePieces(singleBytes(trailing), LITTLE), expected, "byte by byte");
  });
}

test("FrameDecoder checks a header before the body arrives", () => {
  const decoder = new FrameDecoder(LITTLE);
  decoder.push(rawFrame(1, 301, []));
  assertEquals(assertThrows(() => decoder.next(), FrameError).code, "too-long");
  assertEquals(decoder.allocated, 0);
});

test("FrameDecoder only repeats its error after an error", () => {
  const decoder = new FrameDecoder(LITTLE);
  decoder.push(rawFrame(3, 0, []));
  const error = assertThrows(() => decoder.next(), FrameError);
  decoder.push(rawFrame(1, 1, [1]));
  assert(assertThrows(() => decoder.next(), FrameError) === error);
  assert(assertThrows(() => decoder.end(), FrameError) === error);
});

const PIECE = 256 * 1024; // the length of what a long body is collected in
for (const length of [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE, 2 * PIECE + 1, 5 * PIECE - 7]) {
  test(`FrameDecoder collects a body of ${length} bytes, however it is split`, () => {
    const body = Uint8Array.from({ length }, (_, i) => i * 31 + (i >> 8));
    const frame = encodeFrame(body);
    for (const size of [1000, 4096, PIECE - 8, PIECE, PIECE + 9, 100_000]) {
      for (const intoRoom of [false, true]) {
        const decoder = new FrameDecoder();
        const bodies: Uint8Array[] = [];
        for (let at = 0; at < 2 * frame.length;) {
          const room = intoRoom ? decoder.room(1) : undefined;
          const rest = at < frame.length ? frame.subarray(at) : frame.subarray(at - frame.length); // the frame, twice
          const part = rest.subarray(0, Math.min(size, room?.length ?? Infinity));
          if (room === undefined) decoder.push(part);
          else {
            room.set(part);
            decoder.filled(part.length);
          }
          at += part.length;
          for (let next = decoder.next(); next !== undefined; next = decoder.next()) bodies.push(next.slice());
          assert(decoder.buffered <= frame.length);
          assert(decoder.allocated <= 2 * decoder.buffered + PIECE, `${decoder.allocated} for ${decoder.buffered}`);
        }
        decoder.end();
        assertEquals(bodies.length, 2);
        for (const each of bodies) {
          assert(each.length === length && each.every((byte, i) => byte === body[i]), `${size} ${intoRoom}`);
        }
      }
    }
  });
}

test("FrameDecoder.reset() starts at a frame boundary again, wherever it was", () => {
  const frame = rawFrame(1, 3, [1, 2, 3]);
  const decoder = new FrameDecoder(LITTLE);
  for (let length = 0; length < frame.length; length++) {
    decoder.push(frame.subarray(0, length));
    assertEquals(decoder.next(), undefined);
    decoder.reset();
    assertEquals([decoder.buffered, decoder.allocated], [0, 0]);
    decoder.end();
    decoder.push(frame);
    assertEquals([...decoder.next() ?? []], [1, 2, 3]);
  }
  decoder.push(rawFrame(1, 301, []));
  assertThrows(() => decoder.next(), FrameError);
  decoder.reset();
  decoder.push(frame);
  assertEquals([...decoder.next() ?? []], [1, 2, 3]);
});

test("FrameDecoder does not copy a body that arrives whole in one chunk", () => {
  const decoder = new FrameDecoder(LITTLE);
  const piece = concat(rawFrame(1, 1, [1]), rawFrame(1, 2, [2, 3]));
  decoder.push(rawFrame(1, 3, [0]).subarray(0, 4));
  assertEquals(decoder.next(), undefined);
  decoder.push(concat(rawFrame(1, 3, []).subarray(4), [7, 8, 9], piece));
  const [first, second, third] = [decoder.next(), decoder.next(), decoder.next()];
  assertEquals([first, second, third].map((body) => [...body ?? []]), [[7, 8, 9], [1], [2, 3]]);
  assert(first?.buffer === second?.buffer && second?.buffer === third?.buffer, "a body was copied");
});

test("FrameDecoder allocates by what has arrived, not by what the header claims", () => {
  const decoder = new FrameDecoder({ byteOrder: "little", maxLength: 0x7fffffff });
  decoder.push(rawFrame(1, 0x7fffffff, []));
  assertEquals(decoder.next(), undefined);
  for (let received = 1000; received <= 1_000_000; received += 1000) {
    decoder.push(new Uint8Array(1000));
    assertEquals(decoder.next(), undefined);
    // Twice what has arrived, or memory of earlier frames that is at most four times as large.
    assert(decoder.allocated <= 8 * received, `${decoder.allocated} bytes allocated for ${received}`);
    assertEquals(decoder.buffered, 8 + received);
  }
});

test("FrameDecoder.room() grows with what has arrived, not with what the header claims", () => {
  const decoder = new FrameDecoder({ byteOrder: "little", maxLength: 0x7fffffff });
  decoder.push(rawFrame(1, 0x7fffffff, []));
  assertEquals(decoder.next(), undefined);
  for (let received = 0; received < 50_000_000;) {
    const room = decoder.room(1)?.length ?? 0;
    assert(room > 0 && room <= Math.max(8 * received, 256 * 1024), `${room} bytes of room after ${received}`);
    decoder.filled(room);
    received += room;
  }
});

test("FrameDecoder.room() has space for the rest of a long body", () => {
  const decoder = new FrameDecoder({ byteOrder: "little", maxLength: 0x7fffffff });
  assertEquals(decoder.room(1), undefined);
  decoder.push(concat(rawFrame(1, 1_000_000, []), new Uint8Array(50_000)));
  assertEquals(decoder.room(1), undefined); // the piece is not used up
  assertEquals(decoder.next(), undefined);
  assertEquals(decoder.room(950_001), undefined);
  for (let received = 50_000; received < 1_000_000;) {
    const room = decoder.room(1);
    assert(room !== undefined && room.length > 0 && room.length <= 1_000_000 - received, `${room?.length}`);
    room.fill(7);
    decoder.filled(room.length);
    received += room.length;
  }
  assertEquals(decoder.room(1), undefined);
  const body = decoder.next();
  assertEquals([body?.length, body?.at(49_999), body?.at(50_000), body?.at(-1)], [1_000_000, 0, 7, 7]);
  decoder.end();
});

test("FrameDecoder accepts a second chunk before the first is used up", () => {
  const decoder = new FrameDecoder(LITTLE);
  decoder.push(concat(rawFrame(1, 1, [1]), rawFrame(1, 1, [2])));
  assertEquals([...decoder.next() ?? []], [1]);
  decoder.push(rawFrame(1, 1, [3]));
  assertEquals([...decoder.next() ?? []], [2]);
  assertEquals([...decoder.next() ?? []], [3]);
  assertEquals(decoder.next(), undefined);
  decoder.push(rawFrame(7, 1, [3]));
  assertEquals(assertThrows(() => decoder.next(), FrameError).offset, 27);
});

test("encodeFrame() writes each byte order", () => {
  assertEquals([...encodeFrame(new Uint8Array([9]), { byteOrder: "little" })], [1, 0, 0, 0, 1, 0, 0, 0, 9]);
  assertEquals([...encodeFrame(new Uint8Array([9]), { byteOrder: "big" })], [0, 0, 0, 1, 0, 0, 0, 1, 9]);
  const native = new Uint8Array(new Int32Array([1, 0]).buffer);
  assertEquals(encodeFrame(new Uint8Array(0)), native);
});

test("encodeFrame() refuses a body above the limit", () => {
  assertEquals(encodeFrame(new Uint8Array(300), LITTLE).length, 308);
  const error = assertThrows(() => encodeFrame(new Uint8Array(301), LITTLE), FrameError);
  assertEquals([error.code, error.offset], ["too-long", 4]);
  assertEquals(encodeFrame(new Uint8Array(8 << 20)).length, 8 + (8 << 20));
  assertThrows(() => encodeFrame(new Uint8Array((8 << 20) + 1)), FrameError);
});

test("decodeFrame() takes exactly one frame", () => {
  for (const [name, bytes, outcome] of CASES) {
    const { bodies, error } = outcome;
    if (bodies.length === 1 && error === undefined) {
      assertEquals([...decodeFrame(bytes, LITTLE)], bodies[0] ?? [], name);
      assert(decodeFrame(bytes, LITTLE).buffer === bytes.buffer, `${name} was copied`);
      continue;
    }
    const thrown = assertThrows(() => decodeFrame(bytes, LITTLE), FrameError);
    if (bodies.length > 0) assertEquals(thrown.code, "trailing-bytes", name);
    else assertEquals([thrown.code, thrown.offset], error ? [error.code, error.offset] : ["unexpected-end", 0], name);
  }
  const cut = assertThrows(() => decodeFrame(rawFrame(1, 3, [1]), LITTLE), FrameError);
  assertEquals(cut.message, "Cannot decode the frame: it ended at byte 9, after 9 of 11 bytes");
  const trailing = assertThrows(() => decodeFrame(rawFrame(1, 1, [1, 2, 3]), LITTLE), FrameError);
  assertEquals([trailing.code, trailing.offset], ["trailing-bytes", 9]);
});

test("encodeFrame(), decodeFrame() and FrameDecoder refuse values that are not a Uint8Array", () => {
  for (const bytes of [undefined, null, 5, "{}", [123, 125], new ArrayBuffer(2), new Uint16Array(9)]) {
    assertThrows(() => encodeFrame(bytes as never), TypeError, "is not a Uint8Array");
    assertThrows(() => decodeFrame(bytes as never), TypeError, "is not a Uint8Array");
    assertThrows(() => new FrameDecoder().push(bytes as never), TypeError, "is not a Uint8Array");
  }
});

test("FrameDecoder.filled() refuses more than there was room for", () => {
  const decoder = new FrameDecoder();
  assertThrows(() => decoder.filled(1), RangeError, "0 to 0: current value is 1");
  decoder.push(rawFrame(1, 100_000, []));
  assertEquals(decoder.next(), undefined);
  const room = decoder.room(1)?.length ?? 0;
  for (const count of [NaN, -1, 0.5, undefined, room + 1]) {
    assertThrows(() => decoder.filled(count as number), RangeError, `0 to ${room}`);
  }
  decoder.filled(room);
  assertEquals(decoder.buffered, 8 + room);
});

test("FrameOptions are checked before anything else", () => {
  assertThrows(() => encodeFrame(new Uint8Array(0), { maxLength: "7" as never }), RangeError, 'current value is "7"');
  assertThrows(() => encodeFrame(new Uint8Array(0), { byteOrder: Symbol("x") as never }), TypeError, "Symbol(x)");
  assertThrows(() => new FrameDecoder({ byteOrder: "middle" as "big" }), TypeError, "middle");
  const misspelt = { byteorder: "big" } as never;
  const made = [encodeFrame, decodeFrame].map((make) => () => make(new Uint8Array(8), misspelt));
  for (const make of [...made, () => new FrameDecoder(misspelt), () => new FrameDecoderStream(misspelt)]) {
    assertThrows(make, TypeError, "there is no option byteorder: did you mean byteOrder?");
  }
  for (const maxLength of [-1, 1.5, NaN, 2 ** 31]) {
    assertThrows(() => encodeFrame(new Uint8Array(0), { maxLength }), RangeError, String(maxLength));
  }
});
