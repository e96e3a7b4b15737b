import { Buffer } from "node:buffer";
import { assertEquals } from "../../runner/mod.ts";
import type { StreamEnd } from "./ends.ts";

/** The bytes of a text. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

/** Bytes without a short period, the same for the same seed. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const words = new Uint32Array(Math.ceil(length / 4));
  let x = seed * 0x9e3779b1 >>> 0 || 1;
  for (let i = 0; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer, 0, length);
}

/** Reads until `length` bytes are there, or the stream ends before. */
export async function readExactly(end: StreamEnd, length: number, chunk = length): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  let at = 0;
  while (at < length) {
    const n = await end.read(bytes.subarray(at, Math.min(length, at + chunk)));
    if (n === null) break;
    at += n;
  }
  return bytes.subarray(0, at);
}

/** Reads to the end of the stream, and returns the number of bytes. */
export async function drain(end: StreamEnd, chunk = 1 << 20): Promise<number> {
  const buffer = new Uint8Array(chunk);
  let total = 0;
  for (;;) {
    const n = await end.read(buffer);
    if (n === null) return total;
    total += n;
  }
}

/** Fails unless the next bytes are exactly these. */
export async function assertReads(end: StreamEnd, expected: Uint8Array | string): Promise<void> {
  const wanted = typeof expected === "string" ? bytesOf(expected) : expected;
  assertSameBytes(await readExactly(end, wanted.length), wanted);
}

/** Compares long byte strings faster than a deep comparison does. */
export function assertSameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assertEquals(actual.length, expected.length);
  if (Buffer.compare(actual, expected) === 0) return;
  const at = actual.findIndex((byte, i) => byte !== expected[i]);
  assertEquals(at, -1, `The bytes differ from offset ${at} on`);
}

/** Whether a promise is still unsettled after `ms`. */
export async function stillPending(promise: Promise<unknown>, ms: number): Promise<boolean> {
  const pending = Symbol();
  const later = new Promise((resolve) => setTimeout(() => resolve(pending), ms));
  return await Promise.race([promise.catch(() => undefined), later]) === pending;
}

/** Waits. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** The error that a promise rejects with, with the fields of our errors. */
export async function errorOf(
  promise: Promise<unknown>,
): Promise<Error & { code?: string; syscall?: string; bytesWritten?: number }> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw new Error(`It is rejected with something that is no Error: ${error}`);
  }
  throw new Error("It is not rejected");
}
