import { checkText } from "../../checks/check_text.ts";
import { hexDigit } from "./_ipv6_text.ts";

const DOT = 0x2e;
const ZERO = 0x30;

/**
 * Parses an IPv4 address in all forms that glibc's inet_aton(3) takes.
 *
 * These are one to four numbers, each decimal, octal (`017`) or hexadecimal (`0xf`). The last one fills all remaining
 * bytes: `127.1` is 127.0.0.1. Anything after white space is ignored, as in glibc. A NUL does not end the text. For
 * user input, use {@linkcode parseIpv4}, which takes only one form. No permission is needed.
 *
 * @param text The address.
 * @returns The 4 bytes in network order, or null where glibc returns 0.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/inet_aton.3.html | inet_aton(3)}
 *
 * @example Read a short form
 * ```ts
 * import { inetAton } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inetAton("127.1"), new Uint8Array([127, 0, 0, 1]));
 * assertEquals(inetAton("0x7f.010.1"), new Uint8Array([127, 8, 0, 1]));
 * assertEquals(inetAton("127.0.0.256"), null);
 * ```
 */
export function inetAton(text: string): Uint8Array<ArrayBuffer> | null {
  checkText("parse IPv4 address", text);
  const bytes = new Uint8Array(4);
  let part = 0;
  let i = 0;
  while (true) {
    // strtoul(…, …, 0), after a check that the number begins with a digit. It cannot overflow: a number that is too
    // long becomes inexact, even infinite, but never small again.
    const first = text.charCodeAt(i) - ZERO;
    if (!(first >= 0 && first <= 9)) return null;
    let base = first === 0 ? 8 : 10;
    if (first === 0 && (text.charCodeAt(i + 1) | 0x20) === 0x78 && hexDigit(text.charCodeAt(i + 2)) >= 0) {
      base = 16;
      i += 2;
    }
    let value = 0;
    for (;; i++) {
      const digit = hexDigit(text.charCodeAt(i));
      if (digit < 0 || digit >= base) break;
      value = value * base + digit;
    }
    if (text.charCodeAt(i) !== DOT) {
      if (i < text.length && !isSpace(text.charCodeAt(i))) return null;
      if (value > 2 ** (8 * (4 - part)) - 1) return null;
      for (let at = 3; at >= part; at--) {
        bytes[at] = value & 0xff;
        value >>>= 8;
      }
      return bytes;
    }
    if (part === 3 || value > 0xff) return null;
    bytes[part++] = value;
    i++;
  }
}

function isSpace(code: number): boolean {
  return code === 0x20 || code >= 0x09 && code <= 0x0d;
}
