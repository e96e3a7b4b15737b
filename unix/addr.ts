import type { OptionNames } from "../checks/option_names.ts";

/** The name of a socket in the file system. */
export interface UnixPathAddr {
  /** The path; bytes where it is not UTF-8. */
  path: string | Uint8Array;
}

/** A name outside the file system, which vanishes with its socket. Linux only. */
export interface UnixAbstractAddr {
  /** The name, without the NUL that the kernel puts before it; may hold NULs. Bytes where it is not UTF-8. */
  abstract: string | Uint8Array;
}

/** No name, as the connecting end of a connection has, and both ends of a pair. */
export interface UnixUnnamedAddr {
  /** Always true. */
  unnamed: true;
}

/** Asks the kernel for a free abstract name. Linux only. */
export interface UnixAutobindAddr {
  /** Always true. */
  autobind: true;
}

/** The address of a unix socket: a path, an abstract name, or none. */
export type UnixAddr = UnixPathAddr | UnixAbstractAddr | UnixUnnamedAddr;

/** An address to listen on or to bind to. */
export type UnixBindAddr = UnixPathAddr | UnixAbstractAddr | UnixAutobindAddr;

/** The names of the fields of an address to bind to. */
export const UNIX_BIND_ADDR_NAMES: OptionNames<UnixBindAddr> = { abstract: true, autobind: true, path: true };
/** The names of the fields of an address. */
export const UNIX_ADDR_NAMES: OptionNames<UnixAddr> = { abstract: true, path: true, unnamed: true };

/**
 * Formats an address as people write it: a path as it is, an abstract name behind an `@`. No permission is needed.
 *
 * @param addr The address.
 * @returns The text. Bytes that are not UTF-8, and control characters, are shown as `\xNN`.
 *
 * @example Usage
 * ```ts
 * import { formatUnixAddr } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(formatUnixAddr({ path: "/run/app.sock" }), "/run/app.sock");
 * assertEquals(formatUnixAddr({ abstract: "app\0" }), "@app\\x00");
 * assertEquals(formatUnixAddr({ unnamed: true }), "(unnamed)");
 * ```
 */
export function formatUnixAddr(addr: UnixAddr | UnixAutobindAddr): string {
  if ("path" in addr) return printable(addr.path);
  if ("abstract" in addr) return `@${printable(addr.abstract)}`;
  return "unnamed" in addr ? "(unnamed)" : "(autobind)";
}

function printable(name: string | Uint8Array): string {
  if (typeof name === "string") return name.replaceAll(CONTROL, (char) => escape(char.charCodeAt(0)));
  return Array.from(name, (byte) => byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : escape(byte)).join("");
}

// deno-lint-ignore no-control-regex -- that is what it is for
const CONTROL = /[\x00-\x1f\x7f]/g;

function escape(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}
