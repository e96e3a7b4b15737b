/** The part of `node:buffer` that the tests use. */
export class Buffer extends Uint8Array {
  static from(value, encoding) {
    if (typeof value !== "string") return new Buffer(value);
    return new Buffer(encoding === "hex" ? Uint8Array.fromHex(value) : new TextEncoder().encode(value));
  }

  toString(encoding) {
    return encoding === "hex" ? this.toHex() : new TextDecoder().decode(this);
  }
}
