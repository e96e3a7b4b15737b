import { checkSocket } from "../checks/check_socket.ts";
import { INT_MAX, within } from "../checks/within.ts";
import { C, type ConstantName } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { IFNAMSIZ, ifreqOf, interfaceIoctl } from "./operations/ifreq.ts";
import type { Descriptor } from "./descriptor.ts";
import { decodeInt, encodeInt } from "./option.ts";

/** What ioctl(2) tells of an interface. */
export interface InterfaceRead<T> {
  /** The C name, such as `"SIOCGIFMTU"`. */
  readonly name: string;
  /** The number of the request. */
  readonly number: number;
  /** The value that the union of `struct ifreq` means: 24 bytes. */
  decode(union: Uint8Array): T;
}

/** What ioctl(2) changes of an interface. */
export interface InterfaceWrite<T> {
  /** The C name, such as `"SIOCSIFMTU"`. */
  readonly name: string;
  /** The number of the request. */
  readonly number: number;
  /** The bytes that the union of `struct ifreq` has for a value: 24 at most. */
  encode(value: T): Uint8Array;
}

/** A hardware address with its kind. */
export interface InterfaceHardwareAddress {
  /** The kind of the link, `ARPHRD_*`: 1 is Ethernet, 772 loopback. */
  type: number;
  /** The bytes: 6 of Ethernet. The kernel tells 14 at most, and not how many of them count. */
  address: Uint8Array;
}

/**
 * Asks the kernel about an interface, in the socket's own network namespace, by ioctl(2).
 *
 * @param socket Any socket.
 * @param name The interface, by its name.
 * @param request What is asked, such as {@linkcode SIOCGIFMTU}.
 * @returns The value.
 * @throws {RangeError} If the name is not 1 to 15 bytes.
 * @throws {SystemError} If there is no such interface (`ENODEV`), it has no such value (`EADDRNOTAVAIL`), or the socket is
 * closed (`EBADF`).
 *
 * @see {@link https://man7.org/linux/man-pages/man7/netdevice.7.html | netdevice(7)}
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { decodeInetSockaddr } from "@berkeley/sockets/inet";
 * import { readInterface, SIOCGIFADDR, SIOCGIFFLAGS, Socket } from "@berkeley/sockets/socket";
 * import { assert, assertEquals } from "@std/assert";
 *
 * using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
 * assert((readInterface(socket, "lo", SIOCGIFFLAGS) & C.IFF_LOOPBACK) !== 0);
 * assertEquals(decodeInetSockaddr(readInterface(socket, "lo", SIOCGIFADDR)).hostname, "127.0.0.1");
 * ```
 */
export function readInterface<T>(socket: Descriptor, name: string, request: InterfaceRead<T>): T {
  checkSocket("ask an interface", socket);
  const ifreq = ifreqOf(name);
  interfaceIoctl(socket.fd, request.number, ifreq, name);
  return request.decode(ifreq.subarray(IFNAMSIZ));
}

/**
 * Changes an interface, in the socket's own network namespace, by ioctl(2). Needs CAP_NET_ADMIN.
 *
 * @param socket Any socket.
 * @param name The interface, by its name.
 * @param request What is changed, such as {@linkcode SIOCSIFMTU}.
 * @param value The value.
 * @throws {RangeError} If the name is not 1 to 15 bytes, or the value cannot be one.
 * @throws {SystemError} If it is not allowed (`EPERM`), there is no such interface (`ENODEV`), or the kernel refuses the
 * value (`EINVAL`).
 *
 * @see {@link https://man7.org/linux/man-pages/man7/netdevice.7.html | netdevice(7)}
 *
 * @example Usage, where it is allowed
 * ```ts
 * import { C, isSystemError } from "@berkeley/sockets/ffi";
 * import { readInterface, SIOCGIFTXQLEN, SIOCSIFTXQLEN, Socket, writeInterface } from "@berkeley/sockets/socket";
 * import { assert, assertEquals } from "@std/assert";
 *
 * using socket = Socket.open(C.AF_INET, C.SOCK_DGRAM);
 * const length = readInterface(socket, "lo", SIOCGIFTXQLEN);
 * try {
 *   writeInterface(socket, "lo", SIOCSIFTXQLEN, length); // as it is
 *   assertEquals(readInterface(socket, "lo", SIOCGIFTXQLEN), length);
 * } catch (error) {
 *   assert(isSystemError(error, "EPERM"), String(error));
 * }
 * ```
 */
export function writeInterface<T>(socket: Descriptor, name: string, request: InterfaceWrite<T>, value: T): void {
  checkSocket("change an interface", socket);
  const ifreq = ifreqOf(name);
  ifreq.set(request.encode(value), IFNAMSIZ);
  interfaceIoctl(socket.fd, request.number, ifreq, name);
}

// What may be asked, sorted by C name. See netdevice(7).

/** The first IPv4 address, as sockaddr bytes. Only sockets of AF_INET tell. */
export const SIOCGIFADDR: InterfaceRead<Uint8Array> = sockaddrRead("SIOCGIFADDR");
/** The broadcast address, as sockaddr bytes. */
export const SIOCGIFBRDADDR: InterfaceRead<Uint8Array> = sockaddrRead("SIOCGIFBRDADDR");
/** The other end's address of a point-to-point interface, as sockaddr bytes. */
export const SIOCGIFDSTADDR: InterfaceRead<Uint8Array> = sockaddrRead("SIOCGIFDSTADDR");
/** `IFF_*` flags, ORed: the 16 bits that ioctl(2) has room for. */
export const SIOCGIFFLAGS: InterfaceRead<number> = read("SIOCGIFFLAGS", uint16);
/** The hardware address. */
export const SIOCGIFHWADDR: InterfaceRead<InterfaceHardwareAddress> = read("SIOCGIFHWADDR", (union) => ({
  type: uint16(union),
  address: union.slice(2, 16),
}));
/** The number of the interface. */
export const SIOCGIFINDEX: InterfaceRead<number> = intRead("SIOCGIFINDEX");
/** Bytes of the largest packet. */
export const SIOCGIFMTU: InterfaceRead<number> = intRead("SIOCGIFMTU");
/** The network mask, as sockaddr bytes. */
export const SIOCGIFNETMASK: InterfaceRead<Uint8Array> = sockaddrRead("SIOCGIFNETMASK");
/** Packets that may wait to be sent. */
export const SIOCGIFTXQLEN: InterfaceRead<number> = intRead("SIOCGIFTXQLEN");
/** Sets the IPv4 address, as sockaddr bytes. */
export const SIOCSIFADDR: InterfaceWrite<Uint8Array> = sockaddrWrite("SIOCSIFADDR");
/** Sets `IFF_*` flags, all of them at once: read them first. */
export const SIOCSIFFLAGS: InterfaceWrite<number> = write("SIOCSIFFLAGS", (flags) => {
  return encodeInt(within("set SIOCSIFFLAGS", "flags", flags, 0xffff), "SIOCSIFFLAGS");
});
/** Sets the bytes of the largest packet. */
export const SIOCSIFMTU: InterfaceWrite<number> = intWrite("SIOCSIFMTU");
/** Sets the network mask, as sockaddr bytes. */
export const SIOCSIFNETMASK: InterfaceWrite<Uint8Array> = sockaddrWrite("SIOCSIFNETMASK");
/** Sets how many packets may wait to be sent. */
export const SIOCSIFTXQLEN: InterfaceWrite<number> = intWrite("SIOCSIFTXQLEN");

function read<T>(name: ConstantName, decode: (union: Uint8Array) => T): InterfaceRead<T> {
  return { name, number: C[name], decode };
}

function write<T>(name: ConstantName, encode: (value: T) => Uint8Array): InterfaceWrite<T> {
  return { name, number: C[name], encode };
}

function intRead(name: ConstantName): InterfaceRead<number> {
  return read(name, decodeInt);
}

function intWrite(name: ConstantName): InterfaceWrite<number> {
  return write(name, (value) => encodeInt(within(`set ${name}`, "value", value, INT_MAX), name));
}

function sockaddrRead(name: ConstantName): InterfaceRead<Uint8Array> {
  return read(name, (union) => union.slice(0, 16));
}

function sockaddrWrite(name: ConstantName): InterfaceWrite<Uint8Array> {
  return write(name, (sockaddr) => {
    within(`set ${name}`, "length of the sockaddr", sockaddr?.length, 24);
    return sockaddr;
  });
}

function uint16(union: Uint8Array): number {
  return new DataView(union.buffer, union.byteOffset).getUint16(0, HOST_LITTLE_ENDIAN);
}
