import { checkAddressSize } from "./_address_size.ts";
import { ipv6Text } from "./_ipv6_text.ts";

/**
 * Formats an IPv6 address as canonical text, as RFC 5952 defines it.
 *
 * IPv4-mapped addresses end in dotted decimal (`::ffff:192.0.2.1`), as the RFC recommends for well-known prefixes. No
 * permission is needed.
 *
 * @param address The 16 bytes in network order.
 * @param zone The name of the zone or its number (the `scopeId`), which follows a `%`. Default: none.
 * @returns The text.
 * @throws {RangeError} If `address` is not 16 bytes long.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc5952 | RFC 5952}
 * @see {@link https://www.rfc-editor.org/rfc/rfc4007 | RFC 4007}
 *
 * @example Format an address, with a zone
 * ```ts
 * import { formatIpv6 } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const address = new Uint8Array([0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
 * assertEquals(formatIpv6(address), "fe80::1");
 * assertEquals(formatIpv6(address, "eth0"), "fe80::1%eth0");
 * ```
 */
export function formatIpv6(address: Uint8Array, zone?: string | number): string {
  checkAddressSize(address, 16);
  const text = ipv6Text(address, 0, false);
  return zone === undefined ? text : `${text}%${zone}`;
}
