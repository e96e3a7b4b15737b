import { checkAddressSize } from "./_address_size.ts";
import { ipv4Text } from "./_ipv4_text.ts";

/**
 * Formats an IPv4 address as four decimal numbers.
 *
 * No permission is needed.
 *
 * @param address The 4 bytes in network order.
 * @returns The dotted-decimal text.
 * @throws {RangeError} If `address` is not 4 bytes long.
 *
 * @example Format an address
 * ```ts
 * import { formatIpv4 } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatIpv4(new Uint8Array([192, 0, 2, 1])), "192.0.2.1");
 * ```
 */
export function formatIpv4(address: Uint8Array): string {
  checkAddressSize(address, 4);
  return ipv4Text(address, 0);
}
