import { errnoNumber } from "./errno.ts";
import { systemError } from "./error.ts";
import { libc } from "./libc.ts";
import type { Bytes } from "./native.ts";

/**
 * Memory from libc for a call off the event loop. Free all of it together once the call is over; what is not freed
 * stays allocated until the program ends.
 *
 * @example Usage
 * ```ts
 * import { copyMemory, ForeignMemory } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * using memory = new ForeignMemory();
 * const address = memory.copy(new Uint8Array([1, 2, 3]));
 * const bytes = new Uint8Array(2);
 * copyMemory(bytes, address + 1n);
 * assertEquals(bytes, new Uint8Array([2, 3]));
 * ```
 */
export class ForeignMemory {
  readonly #addresses: bigint[] = [];

  /**
   * Allocates memory.
   *
   * @param length Bytes.
   * @returns The address of the first byte; all bytes are zero.
   * @throws {SystemError} If there is no memory (`ENOMEM`).
   */
  allocate(length: number): bigint {
    const address = libc().calloc(1n, BigInt(Math.max(length, 1)));
    if (address === 0n) throw systemError(errnoNumber("ENOMEM") ?? 12, "calloc");
    this.#addresses.push(address);
    return address;
  }

  /**
   * Allocates a copy of a buffer.
   *
   * @param bytes The buffer; `null` is the null pointer.
   * @returns The address of the copy.
   * @throws {SystemError} If there is no memory (`ENOMEM`).
   */
  copy(bytes: Bytes): bigint {
    if (bytes === null) return 0n;
    const address = this.allocate(bytes.byteLength);
    if (bytes.byteLength > 0) libc().copyTo(address, bytes, BigInt(bytes.byteLength));
    return address;
  }

  /** Frees all of it. */
  [Symbol.dispose](): void {
    for (const address of this.#addresses.splice(0)) libc().free(address);
  }
}
