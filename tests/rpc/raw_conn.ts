import type { TcpConn } from "../../inet/mod.ts";
import { encodeFrame, FrameDecoder } from "../../rpc/mod.ts";
import { concat } from "./frames.ts";

/** What a test needs from a stream. */
export type RawConn = Pick<TcpConn, "read" | "write">;

/** A frame of JSON, or of text that may not be JSON. */
export function frameOf(value: unknown): Uint8Array {
  return encodeFrame(new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value)));
}

/** Writes all of the bytes. */
export async function writeAll(conn: RawConn, ...parts: Uint8Array[]): Promise<void> {
  const bytes = concat(...parts);
  for (let at = 0; at < bytes.length;) at += await conn.write(bytes.subarray(at));
}

/** Reads frames of JSON, at most `count`, until the connection ends. */
export async function readFrames(conn: RawConn, count = Infinity): Promise<unknown[]> {
  const decoder = new FrameDecoder();
  const buffer = new Uint8Array(65536);
  const values: unknown[] = [];
  while (values.length < count) {
    const body = decoder.next();
    if (body !== undefined) {
      values.push(JSON.parse(new TextDecoder().decode(body)));
      continue;
    }
    const length = await conn.read(buffer).catch(() => null);
    if (length === null) return values;
    decoder.push(buffer.slice(0, length));
  }
  return values;
}

/** Waits some milliseconds. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until the condition holds, for at most 5 seconds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; !condition(); round++) {
    if (round > 1000) throw new Error(`It did not come true: ${condition}`);
    await pause(5);
  }
}
