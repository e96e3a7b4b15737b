import { checkBytes } from "../../checks/check_bytes.ts";
import { checkAddress } from "../../checks/option_names.ts";
import {
  LINUX_SOCKADDR,
  readSockaddrFamily,
  type SockaddrLayout,
  writeSockaddrHead,
} from "../../ffi/sockaddr_layout.ts";
import { ipv4Text } from "./_ipv4_text.ts";
import { readPort, writePort } from "./_sockaddr_port.ts";
import { NET_ADDR } from "./addr.ts";
import { parseIpv4Into } from "./parse_ipv4.ts";

/** `sizeof(struct sockaddr_in)`. */
export const SOCKADDR_IN_SIZE = 16;

/** The contents of a `struct sockaddr_in`. */
export interface SockaddrIn {
  /** The IPv4 address in dotted decimal. */
  hostname: string;
  /** The port, in host order. */
  port: number;
}

// struct sockaddr_in {
//   sa_family_t    sin_family;    0    (BSD: uint8_t sin_len; sa_family_t sin_family;)
//   in_port_t      sin_port;      2    network order
//   struct in_addr sin_addr;      4    network order
//   unsigned char  sin_zero[8];   8
// };

/**
 * Encodes an IPv4 address and port as a `struct sockaddr_in`.
 *
 * It does not look up names. No permission is needed.
 *
 * @param addr The address.
 * @param layout The platform's layout. Default: that of Linux.
 * @returns The 16 bytes.
 * @throws {TypeError} If the address has an unknown field.
 * @throws {SyntaxError} If the hostname is not a numeric IPv4 address.
 * @throws {RangeError} If the port is not an integer from 0 to 65535.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/ip.7.html | ip(7)}
 *
 * @example Encode an address
 * ```ts
 * import { encodeSockaddrIn } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeSockaddrIn({ hostname: "127.0.0.1", port: 80 });
 * assertEquals([...bytes.subarray(2, 8)], [0, 80, 127, 0, 0, 1]);
 * ```
 */
export function encodeSockaddrIn(addr: SockaddrIn, layout: SockaddrLayout = LINUX_SOCKADDR): Uint8Array<ArrayBuffer> {
  checkAddress("sockaddr_in", addr, NET_ADDR);
  const bytes = new Uint8Array(SOCKADDR_IN_SIZE);
  writeSockaddrHead(bytes, layout.AF_INET, layout);
  writePort(bytes, addr.port);
  parseIpv4Into(bytes, 4, addr.hostname);
  return bytes;
}

/**
 * Decodes a `struct sockaddr_in`, with nothing after it.
 *
 * No permission is needed.
 *
 * @param bytes The structure, cut to the length that the kernel reported.
 * @param layout The platform's layout. Default: that of Linux.
 * @returns The address.
 * @throws {RangeError} If `bytes` is not 16 bytes long, or `sa_len` differs from its length.
 * @throws {TypeError} If the family is not AF_INET.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/ip.7.html | ip(7)}
 *
 * @example Decode what was encoded
 * ```ts
 * import { decodeSockaddrIn, encodeSockaddrIn } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const addr = { hostname: "127.0.0.1", port: 80 };
 * assertEquals(decodeSockaddrIn(encodeSockaddrIn(addr)), addr);
 * ```
 */
export function decodeSockaddrIn(bytes: Uint8Array, layout: SockaddrLayout = LINUX_SOCKADDR): SockaddrIn {
  checkBytes(bytes);
  if (bytes.length !== SOCKADDR_IN_SIZE) {
    throw new RangeError(`Cannot decode sockaddr_in as it must be 16 bytes: current length is ${bytes.length}`);
  }
  const family = readSockaddrFamily(bytes, layout);
  if (family !== layout.AF_INET) {
    throw new TypeError(
      `Cannot decode sockaddr_in as its family must be ${layout.AF_INET}: current value is ${family}`,
    );
  }
  return { hostname: ipv4Text(bytes, 4), port: readPort(bytes) };
}
