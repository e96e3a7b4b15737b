import { C } from "../../ffi/constants.ts";
import { getifaddrs, type Ifaddrs } from "../../ffi/getifaddrs.ts";
import { HOST_LITTLE_ENDIAN } from "../../ffi/sockaddr_layout.ts";
import { decodeInetSockaddr } from "../addresses/sockaddr.ts";

/** A network interface of this machine. */
export interface NetworkInterface {
  /** The name, such as `"eth0"`. */
  name: string;
  /** The index that addresses and options use, 1 or more. */
  index: number;
  /** `IFF_*` flags, ORed. */
  flags: number;
  /** The hardware address, such as `"02:fc:00:00:00:01"`; `""` if it has none. */
  hardwareAddress: string;
  /** The IPv4 and IPv6 addresses. */
  addresses: InterfaceAddress[];
}

/** An address of an interface. */
export interface InterfaceAddress {
  /** `AF_INET` or `AF_INET6`. */
  family: number;
  /** The numeric address. */
  address: string;
  /** The prefix length, in bits. */
  prefixLength: number;
  /** The broadcast address of an IPv4 network. */
  broadcast?: string;
  /** The other end of a point-to-point interface. */
  peer?: string;
  /** The zone of a link-local IPv6 address: the interface index. */
  scopeId?: number;
}

/**
 * Lists the network interfaces of this machine, or of the thread's network namespace, with their addresses.
 * Permission: `--allow-ffi`.
 *
 * @returns The interfaces, sorted by index.
 * @throws {SystemError} If the kernel refuses.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getifaddrs.3.html | getifaddrs(3)}
 *
 * @example Usage
 * ```ts
 * import { interfaces } from "@berkeley/sockets/inet";
 * import { assert } from "@std/assert";
 *
 * const loopback = interfaces().find(({ name }) => name === "lo");
 * assert(loopback?.addresses.some(({ address }) => address === "127.0.0.1"));
 * ```
 */
export function interfaces(): NetworkInterface[] {
  const found = new Map<string, NetworkInterface>();
  for (const entry of getifaddrs()) {
    // IPv4 aliases have their own names (`eth0:1`), but are the same interface.
    const name = entry.name.split(":")[0] ?? entry.name;
    let known = found.get(name);
    if (known === undefined) {
      known = { name, index: 0, flags: entry.flags, hardwareAddress: "", addresses: [] };
      found.set(name, known);
    }
    if (entry.addr !== undefined) addTo(known, entry, entry.addr);
  }
  return [...found.values()].sort((a, b) => a.index - b.index);
}

function addTo(known: NetworkInterface, entry: Ifaddrs, sockaddr: Uint8Array): void {
  const view = new DataView(sockaddr.buffer, sockaddr.byteOffset);
  const family = view.getUint16(0, HOST_LITTLE_ENDIAN);
  if (family === C.AF_PACKET) {
    // struct sockaddr_ll: sll_ifindex at 4, sll_halen at 11, sll_addr at 12
    known.index = view.getInt32(4, HOST_LITTLE_ENDIAN);
    const bytes = sockaddr.slice(12, 12 + Math.min(view.getUint8(11), 8));
    if (bytes.some((byte) => byte !== 0)) known.hardwareAddress = hexOf(bytes);
    return;
  }
  const { hostname, scopeId } = decodeInetSockaddr(sockaddr);
  const other = entry.broadaddr === undefined ? undefined : decodeInetSockaddr(entry.broadaddr).hostname;
  const hasPeer = (entry.flags & C.IFF_POINTOPOINT) !== 0;
  known.addresses.push({
    family,
    address: hostname,
    prefixLength: entry.netmask === undefined ? 0 : ones(entry.netmask.subarray(family === C.AF_INET ? 4 : 8)),
    ...(other === undefined || other === hostname ? {} : hasPeer ? { peer: other } : { broadcast: other }),
    ...(scopeId === undefined ? {} : { scopeId }),
  });
}

function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}

/** How many bits of a mask are set. The bytes after the mask in its sockaddr are 0. */
function ones(mask: Uint8Array): number {
  return mask.reduce((sum, byte) => sum + byte.toString(2).replaceAll("0", "").length, 0);
}
