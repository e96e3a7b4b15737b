import { ipv4Text, readIpv4Text } from "./_ipv4_text.ts";

const SIZE = 16;
const COLON = 0x3a;
const DOT = 0x2e;

/**
 * Reads `text` from `start` to `end` as an IPv6 address without a zone into 16 bytes at `offset`. Returns false if the
 * text is not such an address; the bytes are then undefined.
 */
export function readIpv6Text(text: string, start: number, end: number, bytes: Uint8Array, offset: number): boolean {
  let size = 0; // bytes written
  let gap = -1; // how many of them come before the "::"
  let i = start;
  if (end - start >= 2 && text.charCodeAt(i) === COLON && text.charCodeAt(i + 1) === COLON) {
    gap = 0;
    i += 2;
  }
  while (i < end) {
    if (size === SIZE) return false;
    const group = i;
    let value = 0;
    for (; i < end; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0) break;
      if (i - group === 4) return false;
      value = value << 4 | digit;
    }
    if (i < end && text.charCodeAt(i) === DOT) {
      if (size > SIZE - 4 || !readIpv4Text(text, group, end, bytes, offset + size)) return false;
      size += 4;
      break;
    }
    if (i === group) return false;
    bytes[offset + size++] = value >> 8;
    bytes[offset + size++] = value & 0xff;
    if (i === end) break;
    if (text.charCodeAt(i++) !== COLON || i === end) return false;
    if (text.charCodeAt(i) === COLON) {
      if (gap >= 0) return false;
      gap = size;
      i++;
    }
  }
  if (gap < 0) return size === SIZE;
  if (size === SIZE) return false; // "::" stands for at least one group
  const tail = offset + SIZE - (size - gap);
  bytes.copyWithin(tail, offset + gap, offset + size);
  bytes.fill(0, offset + gap, tail);
  return true;
}

/**
 * The text of the 16 bytes at `offset`, by RFC 5952: lower case, no leading zeros, the longest run of zero groups as
 * "::" (the first one if several are equally long, never a single group), and IPv4-mapped addresses (`::ffff:0:0/96`)
 * ending in dotted decimal. With `dottedCompatible`, the deprecated IPv4-compatible addresses (`::/96`) do too, as in
 * libc.
 */
export function ipv6Text(bytes: Uint8Array, offset: number, dottedCompatible: boolean): string {
  let zeros = 0; // the first group of the longest run of zeros, and its length
  let count = 1;
  for (let i = 0; i < 8; i++) {
    const start = i;
    while (i < 8 && group(bytes, offset, i) === 0) i++;
    if (i - start > count) {
      zeros = start;
      count = i - start;
    }
  }
  if (zeros === 0 && (count === 5 && group(bytes, offset, 5) === 0xffff || count === 6 && dottedCompatible)) {
    return (count === 5 ? "::ffff:" : "::") + ipv4Text(bytes, offset + 12);
  }
  if (count === 1) return groupsText(bytes, offset, 0, 8);
  return `${groupsText(bytes, offset, 0, zeros)}::${groupsText(bytes, offset, zeros + count, 8)}`;
}

/** The value of a hexadecimal digit, given its character code, or -1. */
export function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

function groupsText(bytes: Uint8Array, offset: number, from: number, to: number): string {
  let text = "";
  for (let i = from; i < to; i++) text += (i === from ? "" : ":") + group(bytes, offset, i).toString(16);
  return text;
}

function group(bytes: Uint8Array, offset: number, index: number): number {
  const at = offset + 2 * index;
  return (bytes[at] as number) << 8 | (bytes[at + 1] as number);
}
