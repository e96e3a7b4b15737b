/**
 * To be called before each system call: the memory of a buffer that was transferred away while the operation waited is
 * not ours any more, and what is no array of bytes would be measured wrongly.
 *
 * @throws {TypeError} If `buffer` is no array of bytes, was transferred away, or is not as long as it was.
 */
export function checkBuffer(buffer: Uint8Array, length: number): void {
  if (buffer?.BYTES_PER_ELEMENT !== 1) {
    throw new TypeError(`Cannot use what is no Uint8Array: current value is ${Object.prototype.toString.call(buffer)}`);
  }
  if (buffer.byteLength !== length) {
    throw new TypeError("Cannot use a buffer that was transferred away or resized while the operation waited");
  }
  if (length === 0) buffer.subarray(); // a TypeError if it was transferred away before
}
