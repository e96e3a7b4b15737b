import { decodeFrame, encodeFrame, FrameDecoder, FrameError } from "../../rpc/mod.ts";
import { assert, test } from "../runner/mod.ts";
import { numberFromEnvironment } from "./environment.ts";

/** Seconds; `.ci/run` sets 60. */
const SECONDS = numberFromEnvironment("RPC_FUZZ_SECONDS", 3);
const SEED = numberFromEnvironment("RPC_FUZZ_SEED", Date.now() % 0x7fffffff);
const MAX_LENGTH = 4096;
const OPTIONS = { byteOrder: "little", maxLength: MAX_LENGTH } as const;

test("FrameDecoder returns only bodies and FrameErrors for mutated streams, in bounded memory", {
  timeout: (SECONDS + 30) * 1000,
}, () => {
  const random = xorshift(SEED);
  const end = performance.now() + SECONDS * 1000;
  const seen = new Map<string, number>();
  let streams = 0;
  for (; performance.now() < end; streams++) {
    const stream = mutate(validStream(random), random);
    const outcome = feed(stream, random);
    seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    checkMessage(stream);
  }
  console.log(`      seed ${SEED}: ${streams} streams, ${[...seen].map(([code, n]) => `${code} ${n}`).join(", ")}`);
  const codes = ["fine", "wrong-version", "swapped-version", "negative-length", "too-long", "unexpected-end"];
  for (const code of codes) assert((seen.get(code) ?? 0) > 0, `${code} was never reached: the fuzzer is blunt`);
});

type Random = (below: number) => number;

function feed(stream: Uint8Array, random: Random): string {
  const decoder = new FrameDecoder(OPTIONS);
  let given = 0;
  try {
    for (let at = 0; at < stream.length;) {
      const piece = stream.subarray(at, at + 1 + random(random(4) === 0 ? 3 : 500));
      at += piece.length;
      decoder.push(piece);
      for (let body = decoder.next(); body !== undefined; body = decoder.next()) {
        assert(body.length <= MAX_LENGTH, `a body of ${body.length} bytes`);
        given += 8 + body.length;
        assert(given <= at, "more bytes came out than went in");
      }
      assert(decoder.allocated <= MAX_LENGTH, `${decoder.allocated} bytes allocated`);
    }
    decoder.end();
    assert(given === stream.length, "bytes were lost");
    return "fine";
  } catch (error) {
    if (!(error instanceof FrameError)) throw new Error(`seed ${SEED}: a stream broke the decoder`, { cause: error });
    assert(error.offset >= given && error.offset <= stream.length, `offset ${error.offset} of ${stream.length}`);
    return error.code;
  }
}

function checkMessage(message: Uint8Array): void {
  try {
    const body = decodeFrame(message, OPTIONS);
    assert(body.length === message.length - 8, "bytes were lost");
  } catch (error) {
    if (!(error instanceof FrameError)) throw new Error(`seed ${SEED}: a message broke the decoder`, { cause: error });
  }
}

function validStream(random: Random): Uint8Array {
  const frames = Array.from({ length: random(5) }, () => {
    const body = new Uint8Array(random(random(8) === 0 ? MAX_LENGTH : 40));
    for (let i = 0; i < body.length; i++) body[i] = random(256);
    return encodeFrame(body, OPTIONS);
  });
  const stream = new Uint8Array(frames.reduce((sum, frame) => sum + frame.length, 0));
  let at = 0;
  for (const frame of frames) {
    stream.set(frame, at);
    at += frame.length;
  }
  return stream;
}

function mutate(stream: Uint8Array, random: Random): Uint8Array {
  for (let count = random(3); count > 0 && stream.length > 0; count--) {
    const at = random(Math.min(stream.length, random(2) === 0 ? 16 : stream.length));
    const kind = random(6);
    if (kind === 0) stream[at] = random(256);
    else if (kind === 1) stream[at] = (stream[at] ?? 0) ^ (1 << random(8));
    else if (kind === 2) stream = stream.subarray(0, at);
    else if (kind === 3) stream = stream.subarray(at);
    else if (kind === 4) stream.subarray(at, at + 4).reverse();
    else stream.copyWithin(at, random(stream.length), random(stream.length));
  }
  return stream;
}

function xorshift(seed: number): Random {
  let state = seed | 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % Math.max(1, below);
  };
}
