import { checkBuffer } from "../checks/check_buffer.ts";

/** Puts pieces one after another; a TypeError where one is no array of bytes. */
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
