import { FrameBuffer } from "../../rpc/_frame_buffer.ts";
import { frameFormat } from "../../rpc/frame.ts";
import { FrameDecoder } from "../../rpc/frame_decoder.ts";
import { giveMemory, takeMemory } from "../../rpc/_spare_memory.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { rawFrame } from "./frames.ts";

const MIB = 1 << 20;

/** Takes pieces of 1 MiB; returns how many of them are among `those`. */
function takenOf(given: Uint8Array<ArrayBuffer>[], count: number): number {
  const taken = Array.from({ length: count }, () => takeMemory(MIB, MIB));
  assertEquals(new Set(taken).size, count); // none of them twice
  return taken.filter((memory) => given.includes(memory)).length;
}

/** Takes what other tests in this program have left. */
function drain(): void {
  for (const least of [64, 16, 4, 1].map((part) => part * MIB / 16)) {
    while (takeMemory(least, 0).length > 0);
  }
}

test("giveMemory() keeps at most 32 MiB for takeMemory(), again and again", () => {
  drain();
  for (let round = 0; round < 3; round++) {
    const given = Array.from({ length: 40 }, () => new Uint8Array(MIB));
    given.forEach(giveMemory);
    assertEquals(takenOf(given, 40), 32);
  }
});

test("giveMemory() keeps what was returned last, and takeMemory() leaves larger memory for larger frames", () => {
  drain();
  Array.from({ length: 64 }, () => new Uint8Array(MIB / 2)).forEach(giveMemory);
  const [four, two] = [new Uint8Array(4 * MIB), new Uint8Array(2 * MIB)];
  [four, two].forEach(giveMemory);
  assert(takeMemory(MIB, MIB) === two);
  assert(takeMemory(MIB, MIB) === four);
  let small = 0;
  while (takeMemory(MIB / 2, 0).length > 0) small++;
  assertEquals(small, 2 * (32 - 4 - 2));
});

test("takeMemory() returns no memory that is too small, or much too large", () => {
  drain();
  const large = new Uint8Array(8 * MIB);
  giveMemory(large);
  assert(takeMemory(MIB, MIB) !== large);
  assertEquals(takeMemory(8 * MIB + 1, 9 * MIB).length, 9 * MIB);
  assert(takeMemory(8 * MIB, 9 * MIB) === large);
  const small = new Uint8Array(1000);
  giveMemory(small);
  assert(takeMemory(1000, 1000) !== small);
});

test("FrameDecoder.reset() gives the memory of an incomplete body to others, once", () => {
  drain();
  const decoder = new FrameDecoder();
  decoder.push(rawFrame(1, MIB, []).subarray(0, 8));
  assertEquals(decoder.next(), undefined);
  const room = decoder.room(1);
  assert(room !== undefined);
  decoder.reset();
  decoder.reset();
  assert(takeMemory(room.length, 0).buffer === room.buffer);
  assertEquals(takeMemory(room.length, 0).length, 0);
});

test("a frame of a long text and a short one takes no more memory than it is long", () => {
  drain();
  const frames = new FrameBuffer(frameFormat({}));
  frames.put(["[", "x".repeat(MIB), "]"]);
  assertEquals([frames.length, frames.memory], [MIB + 10, MIB + 10]);
  frames.clear();
  frames.put(["[", "ü".repeat(MIB), "]"]);
  assertEquals(new TextDecoder().decode(frames.bytes().subarray(8)), `[${"ü".repeat(MIB)}]`);
  frames.clear();
  drain();
});
