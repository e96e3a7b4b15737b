import { Buffer } from "node:buffer";

/** Bytes as hexadecimal digits, as `Uint8Array.prototype.toHex` gives them, which Node 22 lacks. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

/** The bytes of hexadecimal digits. */
export function fromHex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}
