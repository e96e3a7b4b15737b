/**
 * libc itself: its functions by their C names, its constants and its errors. This module retries nothing and sets no
 * defaults: the other modules do.
 *
 * - {@linkcode libc} has the functions, {@linkcode background} has those that may block. {@linkcode check} turns -1
 *   into an error, {@linkcode outcome} into a negative error number.
 * - {@linkcode C} has the constants; {@linkcode errnoName} and {@linkcode errnoNumber} know the error numbers.
 * - {@linkcode ForeignMemory}, {@linkcode addressOf} and {@linkcode copyMemory} are for pointers.
 * - {@linkcode isSystemError} recognizes the errors that all modules throw.
 *
 * Importing this module opens nothing; the first call opens libc and needs `--allow-ffi`.
 *
 * @example Open a socket by its numbers
 * ```ts
 * import { C, check, libc } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * const fd = check(libc().socket(C.AF_INET, C.SOCK_DGRAM | C.SOCK_CLOEXEC, 0), "socket");
 * assert(fd >= 0);
 * check(libc().close(fd), "close");
 * ```
 *
 * @module
 */
export { type ConstantKind, constantName, constantNumber } from "./constant_name.ts";
export { C, type ConstantName, type Constants } from "./constants.ts";
export { environmentVariable, processIds } from "./environment.ts";
export { errnoMessage, errnoName, errnoNumber } from "./errno.ts";
export { isSystemError, type SystemError, systemError } from "./error.ts";
export { closeFd } from "./file.ts";
export { ForeignMemory } from "./foreign_memory.ts";
export { check, outcome } from "./gate.ts";
export { type Addrinfo, type AddrinfoHints, eaiName, lookupAddrinfo } from "./lookup_addrinfo.ts";
export { getifaddrs, type Ifaddrs } from "./getifaddrs.ts";
export { background, libc, watch } from "./libc.ts";
export { libraryPaths } from "./library_paths.ts";
export { addressOf, copyMemory } from "./memory.ts";
export type {
  Arguments,
  ArgumentTypes,
  Backend,
  BackgroundFunctions,
  Bytes,
  Functions,
  NativeType,
  Owned,
  ResultTypes,
  Signature,
  Watch,
} from "./native.ts";
export {
  type Hostent,
  lookupHostByAddr,
  lookupHostByName,
  lookupNameinfo,
  lookupServiceByName,
  lookupServiceByPort,
  type Servent,
} from "./lookup_netdb.ts";
export { type Platform, platform } from "./platform.ts";
export {
  DARWIN_SOCKADDR,
  HOST_LITTLE_ENDIAN,
  LINUX_SOCKADDR,
  readSockaddrFamily,
  SOCKADDR_HEAD_SIZE,
  SOCKADDR_STORAGE_SIZE,
  type SockaddrLayout,
  writeSockaddrHead,
} from "./sockaddr_layout.ts";
export { type BACKGROUND_SYMBOLS, type CONSTANTS_LINUX, type Layout, layout, type SYMBOLS } from "./system.ts";
