import { crc32c } from "./crc32c.ts";
import { parseJson } from "./_json.ts";

// An append-only log: LOG_HEAD, then blocks. A block is what one fsync makes durable.
//
//   +--------+------------------+----------------+------------------------------+
//   | "rpcL" | CRC-32C, uint32  | length, uint32 | JSON [[name, value], ...]    |   little endian
//   +--------+------------------+----------------+------------------------------+
//
// The checksum covers the length and the JSON. A block is written only after the one before it is durable, so a crash
// tears the last block and no other. JSON has no byte below 0x20, so no block can be forged inside a value.

/** The first bytes of a log. */
export const LOG_HEAD: Uint8Array<ArrayBuffer> = new TextEncoder().encode("rpclog1\n");

const MAGIC = 0x4c637072; // "rpcL"
const BLOCK_HEAD_LENGTH = 12;
const encoder = new TextEncoder();

/** Makes a block of pairs, each given as the JSON text of `[name, value]`. */
export function encodeBlock(pairs: string[]): Uint8Array<ArrayBuffer> {
  const json = encoder.encode(`[${pairs.join(",")}]`);
  const block = new Uint8Array(BLOCK_HEAD_LENGTH + json.length);
  const view = new DataView(block.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(8, json.length, true);
  block.set(json, BLOCK_HEAD_LENGTH);
  view.setUint32(4, crc32c(block.subarray(8)), true);
  return block;
}

/** The pairs of the blocks of a log, and where the last whole block ends. */
export interface Log {
  /** Every pair, the oldest first. */
  pairs: [name: string, value: unknown][];
  /** The end of the last whole block. */
  length: number;
}

/**
 * Reads a log. A torn block at its end is left out.
 *
 * @throws {SyntaxError} If it is no log, or if a broken block is followed by a whole one: acknowledged pairs are damaged.
 */
export function decodeLog(bytes: Uint8Array): Log {
  if (LOG_HEAD.some((byte, i) => bytes[i] !== byte)) throw new SyntaxError("Cannot read the file as a log: it is none");
  const pairs: Log["pairs"] = [];
  let at = LOG_HEAD.length;
  for (let length = blockLength(bytes, at); length > 0; length = blockLength(bytes, at)) {
    const block = parseJson(bytes.subarray(at + BLOCK_HEAD_LENGTH, at + length)) as Log["pairs"];
    for (const pair of block) pairs.push(pair);
    at += length;
  }
  const next = nextBlock(bytes, at);
  if (next === undefined) return { pairs, length: at };
  throw new SyntaxError(`Cannot read the log: the block at byte ${at} is damaged, the one at byte ${next} is whole`);
}

/** The length of the whole block at `at`, 0 if there is none. */
function blockLength(bytes: Uint8Array, at: number): number {
  const rest = bytes.length - at;
  if (rest < BLOCK_HEAD_LENGTH) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, rest);
  const length = BLOCK_HEAD_LENGTH + view.getUint32(8, true);
  if (view.getUint32(0, true) !== MAGIC || length > rest) return 0;
  return view.getUint32(4, true) === crc32c(bytes.subarray(at + 8, at + length)) ? length : 0;
}

function nextBlock(bytes: Uint8Array, after: number): number | undefined {
  const first = MAGIC & 0xff;
  for (let at = bytes.indexOf(first, after + 1); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (blockLength(bytes, at) > 0) return at;
  }
  return undefined;
}
