import { formatIpv4 } from "./format_ipv4.ts";

/**
 * Formats an IPv4 address as inet_ntoa(3) does: {@linkcode formatIpv4} under its C name.
 *
 * No permission is needed.
 *
 * @param address The 4 bytes in network order.
 * @returns The dotted-decimal text.
 * @throws {RangeError} If `address` is not 4 bytes long.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/inet_ntoa.3.html | inet_ntoa(3)}
 *
 * @example Format an address
 * ```ts
 * import { inetNtoa } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(inetNtoa(new Uint8Array([127, 0, 0, 1])), "127.0.0.1");
 * ```
 */
export function inetNtoa(address: Uint8Array): string {
  return formatIpv4(address);
}
