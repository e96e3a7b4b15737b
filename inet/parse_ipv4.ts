import { readIpv4Text } from "./ipv4_text.ts";

/**
 * Parses an IPv4 address of exactly four decimal numbers without leading zeros.
 *
 * It does not take the short, octal and hexadecimal forms of {@linkcode inetAton}. No permission is needed.
 *
 * @example Parse an address
 * ```ts
 * import { parseIpv4 } from "@berkeley/sockets/inet";
 * import { assertEquals, assertThrows } from "@std/assert";
 *
 * assertEquals(parseIpv4("192.0.2.1"), new Uint8Array([192, 0, 2, 1]));
 * assertThrows(() => parseIpv4("192.0.2.01"), SyntaxError);
 * ```
 *
 * @param text The address.
 * @returns The 4 bytes in network order.
 * @throws {SyntaxError} If the text is no such address.
 */
export function parseIpv4(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4);
  if (readIpv4Text(text, 0, text.length, bytes, 0)) return bytes;
  throw new SyntaxError(`Cannot parse IPv4 address: current value is ${JSON.stringify(text)}`);
}
