import { checkBytes } from "../../checks/check_bytes.ts";
import { within } from "../../checks/within.ts";
import {
  LINUX_SOCKADDR,
  readSockaddrFamily,
  SOCKADDR_HEAD_SIZE,
  type SockaddrLayout,
  writeSockaddrHead,
} from "../../ffi/sockaddr_layout.ts";
import type { NetAddr } from "./addr.ts";
import { decodeSockaddrIn, encodeSockaddrIn } from "./sockaddr_in.ts";
import { decodeSockaddrIn6, encodeSockaddrIn6 } from "./sockaddr_in6.ts";

export {
  DARWIN_SOCKADDR,
  LINUX_SOCKADDR,
  SOCKADDR_STORAGE_SIZE,
  type SockaddrLayout,
} from "../../ffi/sockaddr_layout.ts";

/** The address of any family, as {@linkcode decodeSockaddr} returns it. */
export interface Sockaddr {
  /** The number of the address family, `AF_*`. */
  family: number;
  /** The bytes after the family (`sa_data`). */
  data: Uint8Array<ArrayBuffer>;
}

/**
 * Encodes an address of any family from the family's number and the address bytes.
 *
 * No permission is needed.
 *
 * @param family The number of the address family, `AF_*`.
 * @param data The bytes after the family.
 * @param layout The platform's layout. Default: that of Linux.
 * @returns The whole structure, `2 + data.length` bytes.
 * @throws {RangeError} If the family does not fit its field, or the result is longer than 128 bytes.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/sockaddr.3type.html | sockaddr(3type)}
 *
 * @example Encode the address of a family that the library does not know
 * ```ts
 * import { encodeSockaddr } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const AF_NETLINK = 16;
 * assertEquals(encodeSockaddr(AF_NETLINK, new Uint8Array(10)).length, 12);
 * ```
 */
export function encodeSockaddr(
  family: number,
  data: Uint8Array,
  layout: SockaddrLayout = LINUX_SOCKADDR,
): Uint8Array<ArrayBuffer> {
  checkBytes(data);
  within("encode sockaddr", "family", family, layout.hasLengthByte ? 0xff : 0xffff);
  const bytes = new Uint8Array(SOCKADDR_HEAD_SIZE + data.length);
  writeSockaddrHead(bytes, family, layout);
  bytes.set(data, SOCKADDR_HEAD_SIZE);
  return bytes;
}

/**
 * Decodes an address of any family into the family's number and the address bytes.
 *
 * No permission is needed.
 *
 * @param bytes The structure, cut to the length that the kernel reported.
 * @param layout The platform's layout. Default: that of Linux.
 * @returns The family, and a copy of the bytes after it.
 * @throws {RangeError} If `bytes` is not 2 to 128 bytes long, or `sa_len` differs from its length.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/sockaddr.3type.html | sockaddr(3type)}
 *
 * @example Take an address apart
 * ```ts
 * import { decodeSockaddr, encodeSockaddr } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const AF_NETLINK = 16;
 * const { family, data } = decodeSockaddr(encodeSockaddr(AF_NETLINK, new Uint8Array(10)));
 * assertEquals(family, AF_NETLINK);
 * assertEquals(data.length, 10);
 * ```
 */
export function decodeSockaddr(bytes: Uint8Array, layout: SockaddrLayout = LINUX_SOCKADDR): Sockaddr {
  const family = readSockaddrFamily(bytes, layout);
  return { family, data: new Uint8Array(bytes.subarray(SOCKADDR_HEAD_SIZE)) };
}

/**
 * Encodes an IPv4 or IPv6 address as a `struct sockaddr_in` or `sockaddr_in6`, depending on the hostname.
 *
 * It looks up no hostnames and no interface names. No permission is needed.
 *
 * @param addr The address. Its transport is ignored; with an IPv4 hostname, so are the IPv6 fields.
 * @param layout The platform's layout. Default: that of Linux.
 * @returns The 16 or 28 bytes.
 * @throws {SyntaxError} If the hostname is not a numeric address.
 * @throws {TypeError} If the address has an unknown field, or if an IPv6 zone is a name and there is no `scopeId`, or is
 * a number other than `scopeId`.
 * @throws {RangeError} If the port, `scopeId` or `flowinfo` does not fit its field.
 *
 * @example Encode both kinds
 * ```ts
 * import { encodeInetSockaddr } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeInetSockaddr({ hostname: "127.0.0.1", port: 80 }).length, 16);
 * assertEquals(encodeInetSockaddr({ hostname: "::1", port: 80 }).length, 28);
 * ```
 */
export function encodeInetSockaddr(
  addr: Omit<NetAddr, "transport">,
  layout: SockaddrLayout = LINUX_SOCKADDR,
): Uint8Array<ArrayBuffer> {
  return String(addr?.hostname).includes(":") ? encodeSockaddrIn6(addr, layout) : encodeSockaddrIn(addr, layout);
}

/**
 * Decodes a `struct sockaddr_in` or `sockaddr_in6`, with nothing after it.
 *
 * No permission is needed.
 *
 * @param bytes The structure, cut to the length that the kernel reported.
 * @param transport The protocol of the port, which the structure does not contain. Default: "tcp".
 * @param layout The platform's layout. Default: that of Linux.
 * @returns The address; `scopeId` and `flowinfo` only if they are not 0.
 * @throws {RangeError} If `bytes` does not have the length of its family, or `sa_len` differs from its length.
 * @throws {TypeError} If the family is neither AF_INET nor AF_INET6.
 *
 * @example Decode what was encoded
 * ```ts
 * import { decodeInetSockaddr, encodeInetSockaddr } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeInetSockaddr({ hostname: "::1", port: 53 });
 * assertEquals(decodeInetSockaddr(bytes, "udp"), { transport: "udp", hostname: "::1", port: 53 });
 * ```
 */
export function decodeInetSockaddr(
  bytes: Uint8Array,
  transport: NetAddr["transport"] = "tcp",
  layout: SockaddrLayout = LINUX_SOCKADDR,
): NetAddr {
  const family = readSockaddrFamily(bytes, layout);
  if (family === layout.AF_INET) return { transport, ...decodeSockaddrIn(bytes, layout) };
  if (family === layout.AF_INET6) return { transport, ...decodeSockaddrIn6(bytes, layout) };
  throw new TypeError(`Cannot decode sockaddr as its family must be AF_INET or AF_INET6: current value is ${family}`);
}
