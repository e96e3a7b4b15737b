import { LINUX_SOCKADDR, type SockaddrLayout } from "../../ffi/sockaddr_layout.ts";
import { readIpv4Text } from "./_ipv4_text.ts";
import { readIpv6Text } from "./_ipv6_text.ts";

/**
 * Parses an IPv4 or IPv6 address as glibc's inet_pton(3) does: no short forms, no zones, no white space.
 *
 * Use it to find out whether a hostname is numeric; {@linkcode parseIpv4} and {@linkcode parseIpv6} throw instead, and
 * the latter takes zones. No permission is needed.
 *
 * @param family AF_INET or AF_INET6, by its number in `layout`.
 * @param text The address.
 * @param layout The platform's layout, with its family numbers. Default: that of Linux.
 * @returns The 4 or 16 bytes in network order, or null where glibc returns 0.
 * @throws {RangeError} If `family` is neither of the two.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/inet_pton.3.html | inet_pton(3)}
 *
 * @example Read an address
 * ```ts
 * import { inetPton } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const AF_INET = 2;
 * assertEquals(inetPton(AF_INET, "127.0.0.1"), new Uint8Array([127, 0, 0, 1]));
 * assertEquals(inetPton(AF_INET, "127.1"), null);
 * ```
 */
export function inetPton(
  family: number,
  text: string,
  layout: SockaddrLayout = LINUX_SOCKADDR,
): Uint8Array<ArrayBuffer> | null {
  if (family === layout.AF_INET) {
    const bytes = new Uint8Array(4);
    return readIpv4Text(text, 0, text.length, bytes, 0) ? bytes : null;
  }
  if (family === layout.AF_INET6) {
    const bytes = new Uint8Array(16);
    return readIpv6Text(text, 0, text.length, bytes, 0) ? bytes : null;
  }
  throw new RangeError(`Cannot parse address as its family must be AF_INET or AF_INET6: current value is ${family}`);
}
