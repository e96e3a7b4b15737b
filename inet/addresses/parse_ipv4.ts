import { checkText } from "../../checks/check_text.ts";
import { readIpv4Text } from "./_ipv4_text.ts";

/**
 * Parses an IPv4 address of exactly four decimal numbers without leading zeros.
 *
 * It does not take the short, octal and hexadecimal forms of {@linkcode inetAton}. No permission is needed.
 *
 * @param text The address.
 * @returns The 4 bytes in network order.
 * @throws {SyntaxError} If the text is not such an address.
 *
 * @example Parse an address
 * ```ts
 * import { parseIpv4 } from "@berkeley/sockets/inet";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parseIpv4("192.0.2.1"), new Uint8Array([192, 0, 2, 1]));
 * assertThrows(() => parseIpv4("192.0.2.01"), SyntaxError);
 * ```
 */
export function parseIpv4(text: string): Uint8Array<ArrayBuffer> {
  checkText("parse IPv4 address", text);
  const bytes = new Uint8Array(4);
  parseIpv4Into(bytes, 0, text);
  return bytes;
}

/** Like {@linkcode parseIpv4}, into the 4 bytes at `offset`. */
export function parseIpv4Into(bytes: Uint8Array, offset: number, text: string): void {
  if (readIpv4Text(text, 0, text.length, bytes, offset)) return;
  throw new SyntaxError(`Cannot parse IPv4 address: current value is ${JSON.stringify(text)}`);
}
