import { checkBytes } from "../checks/check_bytes.ts";
import { checkObject } from "../checks/check_object.ts";
import type { OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";

/** The address of a unix socket, as the library returns it: in the shape of `Deno.UnixAddr`. */
export interface UnixAddr {
  /**
   * `"unixpacket"` for datagrams, else `"unix"`, as in Deno. It depends on the socket; a sockaddr does not contain it.
   */
  transport: "unix" | "unixpacket";
  /**
   * The path; `""` for a socket without a name, such as the connecting end of a connection and both ends of a pair. For
   * an abstract name, a NUL and that name. Bytes that are not UTF-8 appear as U+FFFD.
   */
  path: string;
  /** The path as bytes, if it is not UTF-8. */
  pathBytes?: Uint8Array;
  /** The abstract name, without the NUL; bytes if it is not UTF-8. Linux only, and not in Deno. */
  abstract?: string | Uint8Array;
}

/** The name of a socket in the file system. */
export interface UnixPathAddr {
  /** As in {@linkcode UnixAddr}, so that such an address can be passed directly. */
  transport?: UnixAddr["transport"];
  /** The path; bytes if it is not UTF-8. */
  path: string | Uint8Array;
  /** As in {@linkcode UnixAddr}: the bytes of the path. */
  pathBytes?: Uint8Array;
}

/** A name outside the file system, which disappears with its socket. Linux only. */
export interface UnixAbstractAddr {
  /** As in {@linkcode UnixAddr}, so that such an address can be passed directly. */
  transport?: UnixAddr["transport"];
  /** The name, without the NUL that the kernel puts before it; it may contain NULs. Bytes if it is not UTF-8. */
  abstract: string | Uint8Array;
}

/** Asks the kernel for a free abstract name. Linux only. */
export interface UnixAutobindAddr {
  /** As in {@linkcode UnixAddr}. */
  transport?: UnixAddr["transport"];
  /** Always true. */
  autobind: true;
}

/** An address to connect to or to send to: a path or an abstract name. A {@linkcode UnixAddr} with a name is one. */
export type UnixDestination = UnixPathAddr | UnixAbstractAddr;

/** An address to listen on or to bind to. */
export type UnixBindAddr = UnixDestination | UnixAutobindAddr;

/** The names of the fields of an address to connect to. */
export const UNIX_ADDR_NAMES: OptionNames<UnixDestination> = {
  abstract: true,
  path: true,
  pathBytes: true,
  transport: true,
};
/** The names of the fields of an address to bind to. */
export const UNIX_BIND_ADDR_NAMES: OptionNames<UnixBindAddr> = { ...UNIX_ADDR_NAMES, autobind: "boolean" };

/** Refuses the address of another type of socket. */
export function checkUnixTransport(action: string, addr: UnixBindAddr, expected: UnixAddr["transport"]): void {
  const { transport } = addr;
  if (transport === undefined || transport === expected) return;
  throw new TypeError(`Cannot ${action} as the transport must be ${expected}: current value is ${quoted(transport)}`);
}

/**
 * Formats an address as text: a path unchanged, an abstract name after an `@`. No permission is needed.
 *
 * @param addr The address.
 * @returns The text. Bytes that are not UTF-8, and control characters, are shown as `\xNN`.
 * @throws {TypeError} If the address is not an object, or its name neither a string nor bytes.
 *
 * @example Usage
 * ```ts
 * import { formatUnixAddr } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatUnixAddr({ path: "/run/app.sock" }), "/run/app.sock");
 * assertEquals(formatUnixAddr({ abstract: "app\0" }), "@app\\x00");
 * assertEquals(formatUnixAddr({ transport: "unix", path: "" }), "(unnamed)");
 * ```
 */
export function formatUnixAddr(addr: UnixBindAddr): string {
  checkObject("format an address", "it", addr);
  if ("abstract" in addr && addr.abstract !== undefined) return `@${printable(addr.abstract)}`;
  if ("path" in addr && addr.path !== undefined) return printable(addr.pathBytes ?? addr.path) || "(unnamed)";
  return "(autobind)";
}

function printable(name: string | Uint8Array): string {
  if (typeof name === "string") return name.replaceAll(CONTROL, (char) => escape(char.charCodeAt(0)));
  checkBytes(name);
  return Array.from(name, (byte) => byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : escape(byte)).join("");
}

// deno-lint-ignore no-control-regex -- it must match control characters
const CONTROL = /[\x00-\x1f\x7f-\x9f]/g;

function escape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}
