/**
 * Refuses what is no array of bytes: it would be measured wrongly, or copied as zeros.
 *
 * @throws {TypeError} If it is none.
 */
export function checkBytes(bytes: Uint8Array): void {
  if (bytes?.BYTES_PER_ELEMENT === 1) return;
  throw new TypeError(`Cannot use what is no Uint8Array: current value is ${Object.prototype.toString.call(bytes)}`);
}
