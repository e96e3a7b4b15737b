import { FrameBuffer } from "../../rpc/_frame_buffer.ts";
import { frameFormat } from "../../rpc/frame.ts";
import { giveMemory, takeMemory } from "../../rpc/_spare_memory.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";

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

test("giveMemory() keeps at most 16 MiB for takeMemory(), again and again", () => {
  drain();
  for (let round = 0; round < 3; round++) {
    const given = Array.from({ length: 40 }, () => new Uint8Array(MIB));
    given.forEach(giveMemory);
    assertEquals(takenOf(given, 40), 16);
  }
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
