import { MAX_TRANSFER } from "./kernel_numbers.ts";

/** A length as C takes it, at most what one call moves. Lengths often repeat, and a bigint is slow to make. */
export class TransferSize {
  #length = 0;
  #size = 0n;

  /** The size for a buffer of `length` bytes. */
  of(length: number): bigint {
    if (length !== this.#length) {
      this.#size = BigInt(Math.min(length, MAX_TRANSFER));
      this.#length = length;
    }
    return this.#size;
  }
}
