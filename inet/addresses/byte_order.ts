import { within } from "../../checks/within.ts";
import { HOST_LITTLE_ENDIAN } from "../../ffi/sockaddr_layout.ts";

/**
 * Converts a 16-bit number from host to network byte order; a no-op on a big-endian host.
 *
 * Ports in this library's API are always in host order: use this for your own structures. No permission is
 * needed.
 *
 * @param value An integer from 0 to 65535.
 * @param littleEndian The byte order of the host. Default: this machine's.
 * @returns The number whose bytes in the host's memory are `value` in network order.
 * @throws {RangeError} If `value` is not such an integer.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/htons.3.html | htons(3)}
 *
 * @example Swap the bytes of a port
 * ```ts
 * import { htons } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(htons(80, true), 0x5000);
 * assertEquals(htons(80, false), 80);
 * ```
 */
export function htons(value: number, littleEndian: boolean = HOST_LITTLE_ENDIAN): number {
  check(value, 0xffff);
  return littleEndian ? (value & 0xff) << 8 | value >> 8 : value;
}

/**
 * Converts a 32-bit number from host to network byte order; a no-op on a big-endian host.
 *
 * No permission is needed.
 *
 * @param value An integer from 0 to 4294967295.
 * @param littleEndian The byte order of the host. Default: this machine's.
 * @returns The number whose bytes in the host's memory are `value` in network order, never negative.
 * @throws {RangeError} If `value` is not such an integer.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/htonl.3.html | htonl(3)}
 *
 * @example Swap the bytes of 127.0.0.1
 * ```ts
 * import { htonl } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(htonl(0x7f000001, true), 0x0100007f);
 * ```
 */
export function htonl(value: number, littleEndian: boolean = HOST_LITTLE_ENDIAN): number {
  check(value, 0xffffffff);
  if (!littleEndian) return value;
  return (value << 24 | (value & 0xff00) << 8 | value >>> 8 & 0xff00 | value >>> 24) >>> 0;
}

/**
 * Converts a 16-bit number from network to host byte order; a no-op on a big-endian host.
 *
 * No permission is needed.
 *
 * @param value An integer from 0 to 65535.
 * @param littleEndian The byte order of the host. Default: this machine's.
 * @returns `value` in host order.
 * @throws {RangeError} If `value` is not such an integer.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/ntohs.3.html | ntohs(3)}
 *
 * @example Read a port from the kernel
 * ```ts
 * import { ntohs } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ntohs(0x5000, true), 80);
 * ```
 */
export function ntohs(value: number, littleEndian: boolean = HOST_LITTLE_ENDIAN): number {
  return htons(value, littleEndian);
}

/**
 * Converts a 32-bit number from network to host byte order; a no-op on a big-endian host.
 *
 * No permission is needed.
 *
 * @param value An integer from 0 to 4294967295.
 * @param littleEndian The byte order of the host. Default: this machine's.
 * @returns `value` in host order, never negative.
 * @throws {RangeError} If `value` is not such an integer.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/ntohl.3.html | ntohl(3)}
 *
 * @example Read an `s_addr` from the kernel
 * ```ts
 * import { ntohl } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(ntohl(0x0100007f, true), 0x7f000001);
 * ```
 */
export function ntohl(value: number, littleEndian: boolean = HOST_LITTLE_ENDIAN): number {
  return htonl(value, littleEndian);
}

function check(value: number, max: number): void {
  within("swap bytes", "value", value, max);
}
