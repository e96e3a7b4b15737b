import { FrameDecoder, FrameError, type FrameErrorCode, type FrameOptions } from "../../rpc/mod.ts";

/** What a decoder returns for a stream: the bodies, then the error if there is one. */
export interface Outcome {
  /** The bodies, copied. */
  bodies: number[][];
  /** The error that ended it. */
  error?: { code: FrameErrorCode; offset: number };
}

/**
 * Decodes a stream that arrives in these pieces, then ends. Each piece is overwritten as soon as the decoder allows. What
 * continues a body goes into the decoder's room for it, if so wanted.
 */
export function decodePieces(pieces: Uint8Array[], options: FrameOptions = {}, intoRoom = false): Outcome {
  const decoder = new FrameDecoder(options);
  const bodies: number[][] = [];
  function take(piece: Uint8Array): void {
    decoder.push(piece);
    for (let body = decoder.next(); body !== undefined; body = decoder.next()) bodies.push([...body]);
    piece.fill(0xee);
  }
  function fill(room: Uint8Array, piece: Uint8Array): number {
    const part = piece.subarray(0, room.length);
    room.set(part);
    decoder.filled(part.length);
    take(new Uint8Array(0));
    return part.length;
  }
  try {
    for (const piece of pieces) {
      let at = 0;
      for (let room = decoder.room(1); intoRoom && at < piece.length && room !== undefined; room = decoder.room(1)) {
        at += fill(room, piece.subarray(at));
      }
      take(piece.slice(at));
    }
    decoder.end();
  } catch (error) {
    if (!(error instanceof FrameError)) throw error;
    return { bodies, error: { code: error.code, offset: error.offset } };
  }
  return { bodies };
}

/** Cuts bytes into single bytes. */
export function singleBytes(bytes: Uint8Array): Uint8Array[] {
  return Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));
}

/** Joins bytes. */
export function concat(...parts: (Uint8Array | number[])[]): Uint8Array {
  return new Uint8Array(parts.flatMap((part) => [...part]));
}

/** A frame written by hand, whatever its version and length claim. */
export function rawFrame(version: number, length: number, body: number[], little = true): Uint8Array {
  const head = new DataView(new ArrayBuffer(8));
  head.setInt32(0, version, little);
  head.setInt32(4, length, little);
  return concat(new Uint8Array(head.buffer), body);
}
