import { checkBytes } from "../../checks/check_bytes.ts";
import { checkAddress } from "../../checks/option_names.ts";
import { within } from "../../checks/within.ts";
import {
  LINUX_SOCKADDR,
  readSockaddrFamily,
  type SockaddrLayout,
  writeSockaddrHead,
} from "../../ffi/sockaddr_layout.ts";
import { ipv6Text } from "./_ipv6_text.ts";
import { readPort, writePort } from "./_sockaddr_port.ts";
import { NET_ADDR } from "./addr.ts";
import { parseIpv6Into, type Zone } from "./parse_ipv6.ts";

/** `sizeof(struct sockaddr_in6)`. */
export const SOCKADDR_IN6_SIZE = 28;

/** The contents of a `struct sockaddr_in6`. */
export interface SockaddrIn6 {
  /** The IPv6 address as text, without brackets. */
  hostname: string;
  /** The port, in host order. */
  port: number;
  /** The zone, usually an interface index. Default: the number after `%` in the hostname, or 0. */
  scopeId?: number;
  /** The traffic class and flow label, 28 bits in host order. Default: 0. */
  flowinfo?: number;
}

// struct sockaddr_in6 {
//   sa_family_t     sin6_family;     0    (BSD: uint8_t sin6_len; sa_family_t sin6_family;)
//   in_port_t       sin6_port;       2    network order
//   uint32_t        sin6_flowinfo;   4    network order
//   struct in6_addr sin6_addr;       8    network order
//   uint32_t        sin6_scope_id;  24    host order
// };

/**
 * Encodes an IPv6 address and port as a `struct sockaddr_in6`.
 *
 * It looks up no hostnames and no interface names: for `fe80::1%eth0`, also pass the index as `scopeId`. No permission
 * is needed.
 *
 * @param addr The address.
 * @param layout The platform's layout. Default: that of Linux.
 * @returns The 28 bytes.
 * @throws {SyntaxError} If the hostname is not a numeric IPv6 address.
 * @throws {TypeError} If the address has an unknown field, or if the zone is a name and there is no `scopeId`, or is a
 * number other than `scopeId`.
 * @throws {RangeError} If the port, `scopeId` or `flowinfo` does not fit its field.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/ipv6.7.html | ipv6(7)}
 *
 * @example Encode a link-local address
 * ```ts
 * import { encodeSockaddrIn6 } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSockaddrIn6({ hostname: "fe80::1", port: 80, scopeId: 3 });
 * assertEquals(bytes.length, 28);
 * assertEquals(bytes, encodeSockaddrIn6({ hostname: "fe80::1%3", port: 80 }));
 * ```
 */
export function encodeSockaddrIn6(addr: SockaddrIn6, layout: SockaddrLayout = LINUX_SOCKADDR): Uint8Array<ArrayBuffer> {
  checkAddress("sockaddr_in6", addr, NET_ADDR);
  const bytes = new Uint8Array(SOCKADDR_IN6_SIZE);
  const view = new DataView(bytes.buffer);
  writeSockaddrHead(bytes, layout.AF_INET6, layout);
  writePort(bytes, addr.port);
  // IPV6_FLOWINFO_MASK: the other 4 bits are the version, which the kernel drops.
  view.setUint32(4, within("encode an address", "flowinfo", addr.flowinfo ?? 0, 0x0fffffff), false);
  const zone = parseIpv6Into(bytes, 8, addr.hostname);
  view.setUint32(24, scopeIdOf(addr, zone), layout.littleEndian);
  return bytes;
}

/**
 * Decodes a `struct sockaddr_in6`, with nothing after it.
 *
 * No permission is needed.
 *
 * @param bytes The structure, cut to the length that the kernel reported.
 * @param layout The platform's layout. Default: that of Linux.
 * @returns The address; `scopeId` and `flowinfo` only if they are not 0.
 * @throws {RangeError} If `bytes` is not 28 bytes long, or `sa_len` differs from its length.
 * @throws {TypeError} If the family is not AF_INET6.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/ipv6.7.html | ipv6(7)}
 *
 * @example Decode what was encoded
 * ```ts
 * import { decodeSockaddrIn6, encodeSockaddrIn6 } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const addr = { hostname: "fe80::1", port: 80, scopeId: 3 };
 * assertEquals(decodeSockaddrIn6(encodeSockaddrIn6(addr)), addr);
 * ```
 */
export function decodeSockaddrIn6(bytes: Uint8Array, layout: SockaddrLayout = LINUX_SOCKADDR): SockaddrIn6 {
  checkBytes(bytes);
  if (bytes.length !== SOCKADDR_IN6_SIZE) {
    throw new RangeError(`Cannot decode sockaddr_in6 as it must be 28 bytes: current length is ${bytes.length}`);
  }
  const family = readSockaddrFamily(bytes, layout);
  if (family !== layout.AF_INET6) {
    throw new TypeError(
      `Cannot decode sockaddr_in6 as its family must be ${layout.AF_INET6}: current value is ${family}`,
    );
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const addr: SockaddrIn6 = { hostname: ipv6Text(bytes, 8, false), port: readPort(bytes) };
  const scopeId = view.getUint32(24, layout.littleEndian);
  if (scopeId !== 0) addr.scopeId = scopeId;
  const flowinfo = view.getUint32(4, false);
  if (flowinfo !== 0) addr.flowinfo = flowinfo;
  return addr;
}

function scopeIdOf(addr: SockaddrIn6, { zone, scopeId }: Zone): number {
  const wanted = addr.scopeId ?? scopeId ?? (zone === undefined ? 0 : undefined);
  if (wanted !== undefined && (scopeId === undefined || scopeId === wanted)) {
    return within("encode an address", "scopeId", wanted, 0xffffffff);
  }
  throw new TypeError(
    `Cannot encode scopeId as it must be the number of the zone in ${addr.hostname}: current value is ${addr.scopeId}`,
  );
}
