import { checkBuffer } from "../checks/check_buffer.ts";

/** Concatenates byte arrays; throws a TypeError if one is not a `Uint8Array`. */
export function concat(pieces: Uint8Array[]): Uint8Array {
  for (const piece of pieces) checkBuffer(piece, piece?.byteLength);
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
