import { decodeLog, encodeBlock, LOG_HEAD } from "../../rpc/log.ts";
import { assertEquals, assertThrows, test } from "../runner/mod.ts";
import { concat } from "./frames.ts";

const BLOCKS = [[["a", 1]], [["b", "rpcL"], ["__proto__", { x: [null] }]], [["a", "ü\ud800"]]].map((pairs) =>
  encodeBlock(pairs.map((pair) => JSON.stringify(pair)))
);
const LOG = concat(LOG_HEAD, ...BLOCKS);
const PAIRS = [["a", 1], ["b", "rpcL"], ["__proto__", { x: [null] }], ["a", "ü\ud800"]];
const ENDS = [LOG_HEAD.length];
for (const block of BLOCKS) ENDS.push((ENDS.at(-1) ?? 0) + block.length);

test("decodeLog() gives the pairs of every block in order", () => {
  assertEquals(decodeLog(LOG), { pairs: PAIRS as never, length: LOG.length });
});

test("decodeLog() leaves out a block torn at any byte", () => {
  for (let length = LOG_HEAD.length; length < LOG.length; length++) {
    const whole = ENDS.findLastIndex((end) => end <= length);
    const { pairs, length: end } = decodeLog(LOG.subarray(0, length));
    assertEquals(end, ENDS[whole]);
    assertEquals(pairs.length, [0, 1, 3, 4][whole]);
  }
});

test("decodeLog() notices any changed byte", () => {
  for (let at = 0; at < LOG.length; at++) {
    const changed = LOG.slice();
    changed[at] = (changed[at] ?? 0) ^ 0x10;
    if (at >= (ENDS[2] ?? 0)) {
      assertEquals(decodeLog(changed).length, ENDS[2], `byte ${at} of the last block`); // as if torn
    } else {
      assertThrows(() => decodeLog(changed), SyntaxError, at < LOG_HEAD.length ? "it is none" : "damaged");
    }
  }
});

test("decodeLog() leaves out zeros and garbage after the last block", () => {
  for (const tail of [new Uint8Array(5000), new Uint8Array(100).fill(0x72), LOG_HEAD, BLOCKS[0]?.subarray(0, -1)]) {
    assertEquals(decodeLog(concat(LOG, tail ?? [])).length, LOG.length);
  }
});

test("decodeLog() refuses what is no log", () => {
  for (const bytes of [[], [...LOG_HEAD.subarray(0, 3)], [...new TextEncoder().encode("my notes\nof years")]]) {
    assertThrows(() => decodeLog(new Uint8Array(bytes)), SyntaxError, "none");
  }
});
