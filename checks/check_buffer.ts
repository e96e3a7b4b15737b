/** The real length: the property can be replaced, and C would write past the end of the memory. */
const realLength = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "byteLength")?.get;

/**
 * Call this before each system call: a buffer may have been transferred away while the operation waited, and its memory
 * is then no longer ours. The length of a value that is not a `Uint8Array` would be misread.
 *
 * @throws {TypeError} If `buffer` is not a `Uint8Array`, was transferred away or resized, or has another length than it says.
 */
export function checkBuffer(buffer: Uint8Array, length: number): void {
  if (buffer?.BYTES_PER_ELEMENT !== 1) {
    throw new TypeError(
      `Cannot use a buffer that is not a Uint8Array: current value is ${Object.prototype.toString.call(buffer)}`,
    );
  }
  if (realLength?.call(buffer) !== length) {
    throw new TypeError("Cannot use a buffer that was transferred away or resized while the operation waited");
  }
  if (length === 0) refuseDetached(buffer);
}

function refuseDetached(buffer: Uint8Array): void {
  try {
    buffer.subarray();
  } catch (cause) {
    throw new TypeError("Cannot use a buffer that was transferred away", { cause });
  }
}
