import { LINUX_SOCKADDR, type SockaddrLayout } from "../../ffi/sockaddr_layout.ts";
import { checkAddressSize } from "./_address_size.ts";
import { ipv6Text } from "./_ipv6_text.ts";
import { formatIpv4 } from "./format_ipv4.ts";

/**
 * Formats an IPv4 or IPv6 address as glibc's inet_ntop(3) does.
 *
 * It differs from {@linkcode formatIpv6} in one way: deprecated IPv4-compatible addresses also end in dotted decimal
 * (`::1.2.3.4`). No permission is needed.
 *
 * @param family AF_INET or AF_INET6, by its number in `layout`.
 * @param address The 4 or 16 bytes in network order.
 * @param layout The platform's layout, with its family numbers. Default: that of Linux.
 * @returns The text.
 * @throws {RangeError} If `family` is neither of the two, or `address` has the wrong length.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/inet_ntop.3.html | inet_ntop(3)}
 *
 * @example Format an address
 * ```ts
 * import { inetNtop } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const AF_INET6 = 10; // on Linux
 * assertEquals(inetNtop(AF_INET6, new Uint8Array(16)), "::");
 * ```
 */
export function inetNtop(family: number, address: Uint8Array, layout: SockaddrLayout = LINUX_SOCKADDR): string {
  if (family === layout.AF_INET) return formatIpv4(address);
  if (family === layout.AF_INET6) {
    checkAddressSize(address, 16);
    return ipv6Text(address, 0, true);
  }
  throw new RangeError(`Cannot format address as its family must be AF_INET or AF_INET6: current value is ${family}`);
}
