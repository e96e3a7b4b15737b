import { checkBytes } from "../checks/check_bytes.ts";
import { checkAddress } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import {
  LINUX_SOCKADDR,
  readSockaddrFamily,
  SOCKADDR_HEAD_SIZE,
  type SockaddrLayout,
  writeSockaddrHead,
} from "../ffi/sockaddr_layout.ts";
import type { AddrCodec } from "../socket/addr_codec.ts";
import { formatUnixAddr, UNIX_BIND_ADDR_NAMES, type UnixAddr, type UnixBindAddr } from "./addr.ts";

export { DARWIN_SOCKADDR, LINUX_SOCKADDR, type SockaddrLayout } from "../ffi/sockaddr_layout.ts";

/** `sizeof(sun_path)`: 108 on Linux, 104 on the BSDs. */
function pathSize(layout: SockaddrLayout): number {
  return layout.hasLengthByte ? 104 : 108;
}

/**
 * Encodes the address of a unix socket, in the length that the kernel expects: a path with a NUL at its end, an
 * abstract name without one, a request for a free name as 2 bytes. No permission is needed.
 *
 * ```c
 * struct sockaddr_un {
 *   sa_family_t sun_family;     // on the BSDs: __uint8_t sun_len; sa_family_t sun_family;
 *   char        sun_path[108];  // on the BSDs: 104
 * };
 * ```
 *
 * @param addr The address.
 * @param layout The platform's layout. Default: that of Linux.
 * @returns The structure, 2 to 110 bytes.
 * @throws {TypeError} If it is not an address, has an unknown field or two names, if a path is empty or contains a NUL, if a name is not
 * a well-formed string, or if the platform has no abstract names.
 * @throws {RangeError} If the name does not fit: 107 bytes on Linux, 103 on the BSDs.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/unix.7.html | unix(7)}
 *
 * @example Usage
 * ```ts
 * import { encodeSockaddrUn } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeSockaddrUn({ path: "/a" }), new Uint8Array([1, 0, 47, 97, 0]));
 * assertEquals(encodeSockaddrUn({ abstract: "a" }), new Uint8Array([1, 0, 0, 97]));
 * assertEquals(encodeSockaddrUn({ autobind: true }).length, 2);
 * ```
 */
export function encodeSockaddrUn(addr: UnixBindAddr, layout: SockaddrLayout = LINUX_SOCKADDR): Uint8Array<ArrayBuffer> {
  checkAddress("sockaddr_un", addr, UNIX_BIND_ADDR_NAMES);
  if ("abstract" in addr && addr.abstract !== undefined) {
    if ("path" in addr) checkSame(addr.path, `\0${textOf(addr.abstract)}`);
    checkAbstract(layout);
    const name = bytesOf("abstract name", addr.abstract, layout);
    return sockaddrOf(name, 1, name.length + 1, layout);
  }
  if ("path" in addr && addr.path !== undefined) {
    if (addr.pathBytes !== undefined) checkSame(addr.path, textOf(addr.pathBytes));
    const path = bytesOf("path", addr.pathBytes ?? addr.path, layout);
    checkPath(addr, path);
    return sockaddrOf(path, 0, path.length + 1, layout);
  }
  // bind(2) without a name chooses a random one: a misspelt option must not cause that.
  if (!("autobind" in addr && addr.autobind)) {
    throw new TypeError("Cannot encode address as it needs a path, an abstract name or autobind: true");
  }
  checkAbstract(layout);
  return sockaddrOf(new Uint8Array(0), 0, 0, layout);
}

function checkPath(addr: UnixBindAddr, path: Uint8Array): void {
  if (path.length === 0) {
    throw new TypeError("Cannot encode path as it is empty: a socket without a name cannot be connected or sent to");
  }
  if (!path.includes(0)) return;
  const value = formatUnixAddr(addr);
  throw new TypeError(
    `Cannot encode path as it contains a NUL, use { abstract } for an abstract name: current value is ${value}`,
  );
}

/** A decoded address has its name twice: refuse it if one of them was changed. */
function checkSame(path: unknown, name: string): void {
  if (path === undefined || path === name) return;
  throw new TypeError(`Cannot encode address as it has two names: current values are ${quoted(path)}, ${quoted(name)}`);
}

function checkAbstract(layout: SockaddrLayout): void {
  if (layout.hasLengthByte) throw new TypeError("Cannot encode address as this platform has no abstract names");
}

/**
 * Decodes the address of a unix socket. No permission is needed.
 *
 * @param bytes The structure, cut to the length that the kernel reported; empty for a sender without a name.
 * @param transport The transport of the socket. Default: `"unix"`.
 * @param layout The platform's layout. Default: that of Linux.
 * @returns The address. A name is a string if it is UTF-8, else bytes.
 * @throws {RangeError} If the family or a length is not that of a unix socket.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/unix.7.html | unix(7)}
 *
 * @example Usage
 * ```ts
 * import { decodeSockaddrUn } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeSockaddrUn(new Uint8Array([1, 0, 47, 97, 0])), { transport: "unix", path: "/a" });
 * assertEquals(decodeSockaddrUn(new Uint8Array([1, 0, 0, 97])), { transport: "unix", path: "\0a", abstract: "a" });
 * assertEquals(decodeSockaddrUn(new Uint8Array([1, 0])), { transport: "unix", path: "" });
 * ```
 */
export function decodeSockaddrUn(
  bytes: Uint8Array,
  transport: UnixAddr["transport"] = "unix",
  layout: SockaddrLayout = LINUX_SOCKADDR,
): UnixAddr {
  checkBytes(bytes);
  if (bytes.length === 0) return { transport, path: "" }; // recvfrom(2) returns nothing for a sender without a name
  const family = readSockaddrFamily(bytes, layout);
  if (family !== layout.AF_UNIX) {
    throw new RangeError(
      `Cannot decode sockaddr_un as its family must be ${layout.AF_UNIX}: current value is ${family}`,
    );
  }
  const name = bytes.subarray(SOCKADDR_HEAD_SIZE);
  // If a program bound 108 bytes without a NUL, Linux counts the NUL that it adds behind them: getsockname(2) gives 111.
  if (name.length > pathSize(layout) + (name[pathSize(layout)] === 0 ? 1 : 0)) {
    throw new RangeError(
      `Cannot decode sockaddr_un as sun_path is ${pathSize(layout)} bytes: current length is ${name.length}`,
    );
  }
  const end = name.indexOf(0);
  if (end === 0 && !layout.hasLengthByte) {
    const abstract = textOrBytes(name.subarray(1));
    return { transport, path: `\0${textOf(abstract)}`, abstract };
  }
  const path = textOrBytes(end < 0 ? name : name.subarray(0, end)); // 108 bytes may come without a NUL
  return typeof path === "string" ? { transport, path } : { transport, path: textOf(path), pathBytes: path };
}

/** The codec for addresses of streams and seqpackets. */
export const unixAddrCodec: AddrCodec<UnixAddr, UnixBindAddr> = {
  encode: (addr) => encodeSockaddrUn(addr),
  decode: (sockaddr) => decodeSockaddrUn(sockaddr),
  format: formatUnixAddr,
};

/** The codec for addresses of datagrams. */
export const unixDatagramAddrCodec: AddrCodec<UnixAddr, UnixBindAddr> = {
  ...unixAddrCodec,
  decode: (sockaddr) => decodeSockaddrUn(sockaddr, "unixpacket"),
};

/** The bytes of a name, checked for length: a path needs one more byte after it, an abstract name one before it. */
export function bytesOf(
  kind: string,
  name: string | Uint8Array,
  layout: SockaddrLayout = LINUX_SOCKADDR,
): Uint8Array {
  if (typeof name !== "string" && !(name instanceof Uint8Array)) {
    throw new TypeError(
      `Cannot encode ${kind} as it must be a string or a Uint8Array: current value is ${quoted(name)}`,
    );
  }
  if (typeof name === "string" && !name.isWellFormed()) {
    throw new TypeError(`Cannot encode ${kind} as it has a lone surrogate: current value is ${JSON.stringify(name)}`);
  }
  const bytes = typeof name === "string" ? new TextEncoder().encode(name) : name;
  const limit = pathSize(layout) - 1;
  if (bytes.length > limit) {
    throw new RangeError(
      `Cannot encode ${kind} as sockaddr_un as it must be <= ${limit} bytes: current length is ${bytes.length}`,
    );
  }
  return bytes;
}

function sockaddrOf(name: Uint8Array, at: number, length: number, layout: SockaddrLayout): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SOCKADDR_HEAD_SIZE + length);
  writeSockaddrHead(bytes, layout.AF_UNIX, layout);
  bytes.set(name, SOCKADDR_HEAD_SIZE + at);
  return bytes;
}

// A TextDecoder takes longer than recvfrom(2), and a server often hears from the same clients.
let lastBytes = new Uint8Array(0);
let lastText = "";

function textOrBytes(bytes: Uint8Array): string | Uint8Array {
  if (isLast(bytes)) return lastText;
  try {
    lastText = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    lastBytes = new Uint8Array(bytes);
    return lastText;
  } catch {
    return bytes.slice();
  }
}

/** A name as a string, with U+FFFD for bytes that are not UTF-8. */
function textOf(name: string | Uint8Array): string {
  return typeof name === "string" ? name : new TextDecoder("utf-8", { ignoreBOM: true }).decode(name);
}

function isLast(bytes: Uint8Array): boolean {
  if (bytes.length !== lastBytes.length) return false;
  for (let i = bytes.length - 1; i >= 0; i--) {
    if (bytes[i] !== lastBytes[i]) return false;
  }
  return true;
}
