import { checkBytes } from "../checks/check_bytes.ts";
import { within } from "../checks/within.ts";

/** Whether this machine stores the least significant byte of a number first. */
export const HOST_LITTLE_ENDIAN: boolean = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** `sizeof(struct sockaddr_storage)`: no address is longer. The same on Linux and on the BSDs. */
export const SOCKADDR_STORAGE_SIZE = 128;

/** Bytes before the family's own data: `sa_family`, and on the BSDs `sa_len` before it. */
export const SOCKADDR_HEAD_SIZE = 2;

/** How a platform lays out the head of every `struct sockaddr`, and its address family numbers. */
export interface SockaddrLayout {
  /** Whether the first byte is `sa_len` and the second `sa_family`, as on the BSDs. */
  readonly hasLengthByte: boolean;
  /** The byte order of the numbers that the kernel keeps in host order, such as `sin6_scope_id`. */
  readonly littleEndian: boolean;
  /** The number of the local (unix) family. */
  readonly AF_UNIX: number;
  /** The number of the IPv4 family. */
  readonly AF_INET: number;
  /** The number of the IPv6 family. */
  readonly AF_INET6: number;
}

/**
 * Linux, on every processor.
 *
 * ```c
 * struct sockaddr { sa_family_t sa_family; char sa_data[14]; };   // sa_family_t: unsigned short
 * ```
 */
export const LINUX_SOCKADDR: SockaddrLayout = {
  hasLengthByte: false,
  littleEndian: HOST_LITTLE_ENDIAN,
  AF_UNIX: 1,
  AF_INET: 2,
  AF_INET6: 10,
};

/**
 * macOS; the other BSDs differ in the number of AF_INET6 only.
 *
 * ```c
 * struct sockaddr { __uint8_t sa_len; sa_family_t sa_family; char sa_data[14]; };   // sa_family_t: __uint8_t
 * ```
 */
export const DARWIN_SOCKADDR: SockaddrLayout = {
  hasLengthByte: true,
  littleEndian: true,
  AF_UNIX: 1,
  AF_INET: 2,
  AF_INET6: 30,
};

/**
 * Writes the head of a sockaddr whose length is that of `bytes`.
 *
 * @throws {RangeError} If the family does not fit its field, or `bytes` is not 2 to 128 bytes long.
 *
 * @example Usage
 * ```ts
 * import { LINUX_SOCKADDR, readSockaddrFamily, writeSockaddrHead } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(16);
 * writeSockaddrHead(bytes, LINUX_SOCKADDR.AF_INET, LINUX_SOCKADDR);
 * assertEquals(readSockaddrFamily(bytes, LINUX_SOCKADDR), 2);
 * ```
 */
export function writeSockaddrHead(bytes: Uint8Array, family: number, layout: SockaddrLayout): void {
  checkLength("encode", bytes.length);
  within("encode an address", "family", family, layout.hasLengthByte ? 0xff : 0xffff);
  if (layout.hasLengthByte) {
    bytes[0] = bytes.length;
    bytes[1] = family;
  } else {
    bytes[layout.littleEndian ? 0 : 1] = family & 0xff;
    bytes[layout.littleEndian ? 1 : 0] = family >> 8;
  }
}

/**
 * The address family of a whole sockaddr.
 *
 * @throws {RangeError} If `bytes` is not 2 to 128 bytes long, or `sa_len` differs from its length.
 *
 * @example Usage
 * ```ts
 * import { LINUX_SOCKADDR, readSockaddrFamily, writeSockaddrHead } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = new Uint8Array(16);
 * writeSockaddrHead(bytes, LINUX_SOCKADDR.AF_INET, LINUX_SOCKADDR);
 * assertEquals(readSockaddrFamily(bytes, LINUX_SOCKADDR), 2);
 * ```
 */
export function readSockaddrFamily(bytes: Uint8Array, layout: SockaddrLayout): number {
  checkBytes(bytes);
  checkLength("decode", bytes.length);
  const first = bytes[0] as number;
  const second = bytes[1] as number;
  if (!layout.hasLengthByte) return layout.littleEndian ? first | second << 8 : first << 8 | second;
  if (first !== bytes.length) {
    throw new RangeError(`Cannot decode sockaddr as sa_len is ${first}: current length is ${bytes.length}`);
  }
  return second;
}

function checkLength(action: string, length: number): void {
  if (length >= SOCKADDR_HEAD_SIZE && length <= SOCKADDR_STORAGE_SIZE) return;
  throw new RangeError(
    `Cannot ${action} sockaddr as it must be ${SOCKADDR_HEAD_SIZE} to ${SOCKADDR_STORAGE_SIZE} bytes: current length is ${length}`,
  );
}
