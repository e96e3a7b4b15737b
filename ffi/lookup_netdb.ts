import { checkText } from "../checks/check_text.ts";
import { within } from "../checks/within.ts";
import { cString, readCString } from "./_c_string.ts";
import { readPointer, readPointers } from "./_pointers.ts";
import { errnoNumber } from "./errno.ts";
import { ForeignMemory } from "./foreign_memory.ts";
import { background } from "./libc.ts";
import { copyMemory } from "./memory.ts";

/** A host of the system's databases (`struct hostent`). */
export interface Hostent {
  /** The official name. */
  name: string;
  /** Other names. */
  aliases: string[];
  /** The address family, `AF_*`. */
  family: number;
  /** The addresses, 4 or 16 bytes each in network order. */
  addresses: Uint8Array[];
}

/** A service of the system's database (`struct servent`). */
export interface Servent {
  /** The official name. */
  name: string;
  /** Other names. */
  aliases: string[];
  /** The port, in host order. */
  port: number;
  /** The protocol, such as `"tcp"`. */
  protocol: string;
}

/** `NI_MAXHOST` and `NI_MAXSERV`. */
const [MAX_HOST, MAX_SERVICE] = [1025, 32];
/** Bytes for the strings of an entry, doubled as long as the call returns ERANGE. */
const [FIRST_ROOM, MAX_ROOM] = [8192, 1 << 20];
/** `h_errno` for an unknown name. */
const HOST_NOT_FOUND = 1;
/** At least `sizeof(struct hostent)` and `sizeof(struct servent)`. */
const ENTRY_SIZE = 32;
const ERANGE = errnoNumber("ERANGE") ?? 34;

/**
 * Finds the names of an address and a port, off the event loop. Permission: `--allow-ffi`.
 *
 * @param sockaddr The address, as bytes.
 * @param flags `NI_*` flags, ORed.
 * @returns Both names, or libc's `EAI_*` number, which is negative.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getnameinfo.3.html | getnameinfo(3)}
 *
 * @example Usage
 * ```ts
 * import { lookupNameinfo } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const NI_NUMERICHOST = 1, NI_NUMERICSERV = 2;
 * const sockaddr = new Uint8Array([2, 0, 0, 80, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
 * assertEquals(await lookupNameinfo(sockaddr, NI_NUMERICHOST | NI_NUMERICSERV), { host: "127.0.0.1", service: "80" });
 * ```
 */
export async function lookupNameinfo(
  sockaddr: Uint8Array,
  flags: number,
): Promise<{ host: string; service: string } | number> {
  using memory = new ForeignMemory();
  const [address, length] = [memory.copy(sockaddr), sockaddr.length];
  const [host, service] = [memory.allocate(MAX_HOST), memory.allocate(MAX_SERVICE)];
  const error = await background().getnameinfo(address, length, host, MAX_HOST, service, MAX_SERVICE, flags);
  if (error !== 0) return error;
  return { host: readCString(host, MAX_HOST), service: readCString(service, MAX_SERVICE) };
}

/**
 * Finds a host by its name, off the event loop. Permission: `--allow-ffi`.
 *
 * ```c
 * struct hostent {
 *   char  *h_name;       //  0
 *   char **h_aliases;    //  8
 *   int    h_addrtype;   // 16
 *   int    h_length;     // 20
 *   char **h_addr_list;  // 24
 * };
 * ```
 *
 * @param name The name.
 * @param family `AF_INET` or `AF_INET6`.
 * @returns The host, or libc's `h_errno` number, which is 1 or more.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/gethostbyname.3.html | gethostbyname(3)}
 *
 * @example Usage
 * ```ts
 * import { C, lookupHostByName } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const host = await lookupHostByName("127.0.0.1", C.AF_INET);
 * assertEquals(typeof host === "number" ? [] : host.addresses, [new Uint8Array([127, 0, 0, 1])]);
 * ```
 */
export async function lookupHostByName(name: string, family: number): Promise<Hostent | number> {
  checkText("look up a name", name); // libc reads at the null pointer
  using memory = new ForeignMemory();
  const text = memory.copy(cString(name));
  return await lookUpHost((entry, room, size, result, error) =>
    background().gethostbyname2_r(text, family, entry, room, size, result, error)
  );
}

/**
 * Finds a host by an address, off the event loop. Permission: `--allow-ffi`.
 *
 * @param address The 4 or 16 bytes in network order.
 * @param family `AF_INET` or `AF_INET6`.
 * @returns The host, or libc's `h_errno` number, which is 1 or more.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/gethostbyname.3.html | gethostbyaddr(3)}
 *
 * @example Usage
 * ```ts
 * import { C, lookupHostByAddr } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const HOST_NOT_FOUND = 1;
 * assertEquals(await lookupHostByAddr(new Uint8Array([0, 0, 0, 0]), C.AF_INET), HOST_NOT_FOUND);
 * ```
 */
export async function lookupHostByAddr(address: Uint8Array, family: number): Promise<Hostent | number> {
  using memory = new ForeignMemory();
  const [bytes, length] = [memory.copy(address), address.length];
  return await lookUpHost((entry, room, size, result, error) =>
    background().gethostbyaddr_r(bytes, length, family, entry, room, size, result, error)
  );
}

/**
 * Finds a service by its name, off the event loop. Permission: `--allow-ffi`.
 *
 * ```c
 * struct servent {
 *   char  *s_name;     //  0
 *   char **s_aliases;  //  8
 *   int    s_port;     // 16, in network order
 *   char  *s_proto;    // 24
 * };
 * ```
 *
 * @param name The name.
 * @param protocol The protocol, or `null` for any.
 * @returns The service, or `null`.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getservbyname.3.html | getservbyname(3)}
 *
 * @example Usage
 * ```ts
 * import { lookupServiceByName } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await lookupServiceByName("no such service", null), null);
 * ```
 */
export async function lookupServiceByName(name: string, protocol: string | null): Promise<Servent | null> {
  checkText("look up a name", name); // libc reads at the null pointer
  using memory = new ForeignMemory();
  const [text, wanted] = [memory.copy(cString(name)), memory.copy(cString(protocol))];
  return await lookUpService((entry, room, size, result) =>
    background().getservbyname_r(text, wanted, entry, room, size, result)
  );
}

/**
 * Finds a service by its port, off the event loop. Permission: `--allow-ffi`.
 *
 * @param port The port, in host order.
 * @param protocol The protocol, or `null` for any.
 * @returns The service, or `null`.
 * @throws {RangeError} If the port is not 0 to 65535.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/getservbyname.3.html | getservbyport(3)}
 *
 * @example Usage
 * ```ts
 * import { lookupServiceByPort } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await lookupServiceByPort(1, "no such protocol"), null);
 * ```
 */
export async function lookupServiceByPort(port: number, protocol: string | null): Promise<Servent | null> {
  within("look up a service", "port", port, 0xffff);
  using memory = new ForeignMemory();
  const wanted = memory.copy(cString(protocol));
  const bigEndian = new DataView(new ArrayBuffer(4));
  bigEndian.setUint16(0, port);
  return await lookUpService((entry, room, size, result) =>
    background().getservbyport_r(bigEndian.getInt32(0, true), wanted, entry, room, size, result)
  );
}

type Lookup<A extends unknown[]> = (
  entry: bigint,
  room: bigint,
  size: bigint,
  result: bigint,
  ...more: A
) => Promise<number>;

async function lookUpHost(call: Lookup<[bigint]>): Promise<Hostent | number> {
  using memory = new ForeignMemory();
  const error = memory.allocate(4);
  const host = await lookUp((...args) => call(...args, error), (view) => {
    const length = view.getInt32(20, true);
    return {
      name: readCString(view.getBigUint64(0, true), MAX_HOST),
      aliases: readPointers(view.getBigUint64(8, true)).map((at) => readCString(at, MAX_HOST)),
      family: view.getInt32(16, true),
      addresses: readPointers(view.getBigUint64(24, true)).map((at) => readBytes(at, length)),
    };
  });
  return host ?? (new DataView(readBytes(error, 4).buffer).getInt32(0, true) || HOST_NOT_FOUND);
}

function lookUpService(call: Lookup<[]>): Promise<Servent | null> {
  return lookUp(call, (view) => ({
    name: readCString(view.getBigUint64(0, true), MAX_HOST),
    aliases: readPointers(view.getBigUint64(8, true)).map((at) => readCString(at, MAX_HOST)),
    port: view.getUint16(16),
    protocol: readCString(view.getBigUint64(24, true), MAX_SERVICE),
  }));
}

/** Calls again with more memory until it is enough, and reads the entry before its strings are freed. */
async function lookUp<T>(call: Lookup<[]>, read: (entry: DataView) => T): Promise<T | null> {
  for (let size = FIRST_ROOM;; size *= 2) {
    using memory = new ForeignMemory();
    const [entry, room, result] = [memory.allocate(ENTRY_SIZE), memory.allocate(size), memory.allocate(8)];
    const n = await call(entry, room, BigInt(size), result);
    if (n === ERANGE && size < MAX_ROOM) continue;
    return readPointer(result) === 0n ? null : read(new DataView(readBytes(entry, ENTRY_SIZE).buffer));
  }
}

function readBytes(at: bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  copyMemory(bytes, at);
  return bytes;
}
