import { libc } from "./libc.ts";
import type { Bytes } from "./native.ts";

/**
 * The address of a buffer. The number does not keep the buffer alive: hold the buffer until the call that uses it is
 * over.
 *
 * @param buffer The buffer.
 * @returns The address of its first byte.
 *
 * @example Usage
 * ```ts
 * import { addressOf, copyMemory } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const from = new Uint8Array([1, 2, 3]);
 * const to = new Uint8Array(3);
 * copyMemory(to, addressOf(from));
 * assertEquals(to, from);
 * ```
 */
export function addressOf(buffer: NonNullable<Bytes>): bigint {
  return libc().addressOf(buffer, buffer, 0n);
}

/**
 * Fills a buffer from memory at an address.
 *
 * @param into The buffer; its whole length is read.
 * @param address Where to read. A wrong address crashes the process.
 *
 * @example Usage
 * ```ts
 * import { addressOf, copyMemory } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const from = new Uint8Array([1, 2, 3]);
 * const to = new Uint8Array(2);
 * copyMemory(to, addressOf(from) + 1n);
 * assertEquals(to, new Uint8Array([2, 3]));
 * ```
 */
export function copyMemory(into: NonNullable<Bytes>, address: bigint): void {
  libc().copyFrom(into, address, BigInt(into.byteLength));
}
