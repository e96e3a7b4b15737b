const DOT = 0x2e;
const ZERO = 0x30;

/**
 * Reads `text` from `start` to `end` as four decimal numbers without leading zeros into 4 bytes at `offset`. Returns
 * false if the text is not such an address; the bytes are then undefined.
 */
export function readIpv4Text(text: string, start: number, end: number, bytes: Uint8Array, offset: number): boolean {
  let part = 0;
  let value = -1; // no digit of this part yet
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    const digit = code - ZERO;
    if (digit >= 0 && digit <= 9) {
      if (value === 0) return false;
      value = value < 0 ? digit : value * 10 + digit;
      if (value > 255) return false;
    } else if (code === DOT && value >= 0 && part < 3) {
      bytes[offset + part++] = value;
      value = -1;
    } else {
      return false;
    }
  }
  if (part !== 3 || value < 0) return false;
  bytes[offset + 3] = value;
  return true;
}

/** The dotted-decimal text of the 4 bytes at `offset`. */
export function ipv4Text(bytes: Uint8Array, offset: number): string {
  return `${bytes[offset]}.${bytes[offset + 1]}.${bytes[offset + 2]}.${bytes[offset + 3]}`;
}
