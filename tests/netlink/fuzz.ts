import { NetlinkDecodeError } from "../../netlink/mod.ts";
import type { Random } from "../inet/random.ts";
import { hex } from "../runner/mod.ts";

/** Lengths at the limits of their fields. */
const EDGES = [0, 1, 3, 4, 5, 15, 16, 17, 0x7f, 0x80, 0xff];

/**
 * Gives a decoder `rounds` broken variants of each message: cut off, grown, with bytes, lengths and whole parts
 * changed. Fails where it throws anything but a {@linkcode NetlinkDecodeError}, or takes longer than a second.
 */
export function fuzz(
  random: Random,
  messages: Uint8Array[],
  rounds: number,
  decode: (bytes: Uint8Array) => void,
): void {
  for (const message of messages) {
    for (let round = 0; round < rounds; round++) {
      const broken = breakIt(random, message, messages);
      const started = performance.now();
      try {
        decode(broken);
      } catch (error) {
        if (!(error instanceof NetlinkDecodeError)) {
          throw new Error(`seed ${random.seed}: ${hex(broken)} makes the decoder throw`, { cause: error });
        }
      }
      const took = performance.now() - started;
      if (took > 1000) throw new Error(`seed ${random.seed}: ${hex(broken)} takes ${took} ms`);
    }
  }
}

function breakIt(random: Random, message: Uint8Array, messages: Uint8Array[]): Uint8Array {
  let bytes = message.slice();
  for (let change = random.below(4); change >= 0; change--) {
    const at = random.below(bytes.length + 1);
    switch (random.below(6)) {
      case 0: // cut off
        bytes = bytes.slice(0, at);
        break;
      case 1: // grown
        bytes = new Uint8Array([...bytes, ...random.list(random.below(9), () => random.below(256))]);
        break;
      case 2: // another byte
        if (at < bytes.length) bytes[at] = random.below(256);
        break;
      case 3: // a length at an edge, where lengths are
        if (at < bytes.length) bytes[at & ~3] = random.pick(EDGES);
        break;
      case 4: // a piece taken out, so that all behind it is misplaced
        bytes = new Uint8Array([...bytes.subarray(0, at), ...bytes.subarray(at + random.below(9))]);
        break;
      default: { // a piece of another message put in
        const other = random.pick(messages);
        const from = random.below(other.length);
        const piece = other.subarray(from, from + random.below(64));
        bytes = new Uint8Array([...bytes.subarray(0, at), ...piece, ...bytes.subarray(at)]);
      }
    }
  }
  return bytes;
}
