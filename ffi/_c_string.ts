import { checkText } from "../checks/check_text.ts";
import { copyMemory } from "./memory.ts";

/** A string as a C string; `null` is the null pointer. */
export function cString(text: string | null): Uint8Array | null {
  if (text === null) return null;
  checkText("look up a name", text);
  if (text.includes("\0")) {
    throw new TypeError(`Cannot look up a name with a NUL: current value is ${JSON.stringify(text)}`);
  }
  if (!text.isWellFormed()) { // else a name with U+FFFD would be looked up
    throw new TypeError(`Cannot look up a name with a lone surrogate: current value is ${JSON.stringify(text)}`);
  }
  return new TextEncoder().encode(`${text}\0`);
}

/** The C string at an address in libc's memory, of at most `max` bytes. */
export function readCString(address: bigint, max: number): string {
  const bytes: number[] = [];
  const byte = new Uint8Array(1);
  while (bytes.length < max) {
    copyMemory(byte, address + BigInt(bytes.length));
    if (byte[0] === 0) break;
    bytes.push(byte[0] ?? 0);
  }
  return new TextDecoder().decode(new Uint8Array(bytes));
}
