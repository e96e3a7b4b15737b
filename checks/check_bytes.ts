/**
 * Refuses a value that is not a `Uint8Array`: its length would be misread, or zeros would be copied from it.
 *
 * @throws {TypeError} If `bytes` is not a `Uint8Array`.
 */
export function checkBytes(bytes: Uint8Array): void {
  if (bytes?.BYTES_PER_ELEMENT === 1) return;
  throw new TypeError(
    `Cannot use a buffer that is not a Uint8Array: current value is ${Object.prototype.toString.call(bytes)}`,
  );
}
