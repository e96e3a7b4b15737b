import { readCString } from "./_c_string.ts";
import { C } from "./constants.ts";
import { check } from "./gate.ts";
import { libc } from "./libc.ts";
import { copyMemory } from "./memory.ts";
import { HOST_LITTLE_ENDIAN } from "./sockaddr_layout.ts";

/** One address of an interface, as getifaddrs(3) lists them. */
export interface Ifaddrs {
  /** The interface. */
  name: string;
  /** `IFF_*` flags, ORed. */
  flags: number;
  /** The address, as sockaddr bytes; absent for an interface without one. */
  addr?: Uint8Array;
  /** Its network mask. */
  netmask?: Uint8Array;
  /** The broadcast address, or the address of the other end of a point-to-point link. */
  broadaddr?: Uint8Array;
}

/** `sizeof(struct ifaddrs)` on 64-bit Linux. */
const IFADDRS_SIZE = 56;
/** No list is longer: a limit on what is read from foreign memory. */
const MAX_ENTRIES = 65536;
/** `sizeof` of the sockaddr of each family. */
const SIZES = new Map<number, number>([[C.AF_INET, 16], [C.AF_INET6, 28], [C.AF_PACKET, 20]]);

/**
 * Lists the addresses of all interfaces of this network namespace. Permission: `--allow-ffi`.
 *
 * ```c
 * struct ifaddrs {
 *   struct ifaddrs  *ifa_next;     //  0
 *   char            *ifa_name;     //  8
 *   unsigned int     ifa_flags;    // 16
 *   struct sockaddr *ifa_addr;     // 24
 *   struct sockaddr *ifa_netmask;  // 32
 *   struct sockaddr *ifa_ifu;      // 40: broadcast address or the other end's
 *   void            *ifa_data;     // 48
 * };
 * ```
 *
 * @returns The addresses, in the kernel's order.
 * @throws {SystemError} If the kernel refuses.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getifaddrs.3.html | getifaddrs(3)}
 *
 * @example Usage
 * ```ts
 * import { getifaddrs } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * assert(getifaddrs().some(({ name }) => name === "lo"));
 * ```
 */
export function getifaddrs(): Ifaddrs[] {
  const result = new BigUint64Array(1);
  check(libc().getifaddrs(result), "getifaddrs");
  const first = result[0] ?? 0n;
  try {
    return readList(first);
  } finally {
    libc().freeifaddrs(first);
  }
}

function readList(first: bigint): Ifaddrs[] {
  const entries: Ifaddrs[] = [];
  const view = new DataView(new ArrayBuffer(IFADDRS_SIZE));
  for (let at = first; at !== 0n && entries.length < MAX_ENTRIES; at = view.getBigUint64(0, true)) {
    copyMemory(new Uint8Array(view.buffer), at);
    const addr = readSockaddr(view.getBigUint64(24, true));
    const netmask = readSockaddr(view.getBigUint64(32, true));
    const broadaddr = readSockaddr(view.getBigUint64(40, true));
    entries.push({
      name: readCString(view.getBigUint64(8, true), 16),
      flags: view.getUint32(16, true),
      ...(addr === undefined ? {} : { addr }),
      ...(netmask === undefined ? {} : { netmask }),
      ...(broadaddr === undefined ? {} : { broadaddr }),
    });
  }
  return entries;
}

function readSockaddr(at: bigint): Uint8Array | undefined {
  if (at === 0n) return undefined;
  const head = new Uint8Array(2);
  copyMemory(head, at);
  const size = SIZES.get(new DataView(head.buffer).getUint16(0, HOST_LITTLE_ENDIAN));
  if (size === undefined) return undefined;
  const sockaddr = new Uint8Array(size);
  copyMemory(sockaddr, at);
  return sockaddr;
}
