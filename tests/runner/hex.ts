import { Buffer } from "node:buffer";

/** Bytes as hexadecimal digits, like `Uint8Array.prototype.toHex`, which Node 22 lacks. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** Parses hexadecimal digits into bytes. */
export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}
