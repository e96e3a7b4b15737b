import type { OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";

/** The address of a unix socket, as it comes out: in the shape of `Deno.UnixAddr`. */
export interface UnixAddr {
  /** `"unixpacket"` for datagrams, else `"unix"`, as in Deno. A sockaddr does not tell it: the socket does. */
  transport: "unix" | "unixpacket";
  /**
   * The path; `""` for a socket without a name, as the connecting end of a connection is and both ends of a pair. For an
   * abstract name, that name behind a NUL. What is not UTF-8 in it is U+FFFD here.
   */
  path: string;
  /** The path as bytes, where it is not UTF-8. */
  pathBytes?: Uint8Array;
  /** The abstract name, without the NUL; bytes where it is not UTF-8. Linux only, and not in Deno. */
  abstract?: string | Uint8Array;
}

/** The name of a socket in the file system. */
export interface UnixPathAddr {
  /** As {@linkcode UnixAddr} has it, so that one can be given as it is. */
  transport?: UnixAddr["transport"];
  /** The path; bytes where it is not UTF-8. */
  path: string | Uint8Array;
  /** As {@linkcode UnixAddr} has it: the bytes of the path. */
  pathBytes?: Uint8Array;
}

/** A name outside the file system, which vanishes with its socket. Linux only. */
export interface UnixAbstractAddr {
  /** As {@linkcode UnixAddr} has it, so that one can be given as it is. */
  transport?: UnixAddr["transport"];
  /** The name, without the NUL that the kernel puts before it; may hold NULs. Bytes where it is not UTF-8. */
  abstract: string | Uint8Array;
}

/** Asks the kernel for a free abstract name. Linux only. */
export interface UnixAutobindAddr {
  /** As {@linkcode UnixAddr} has it. */
  transport?: UnixAddr["transport"];
  /** Always true. */
  autobind: true;
}

/** An address to connect to or to send to: a path or an abstract name. A {@linkcode UnixAddr} is one, if it has a name. */
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
export const UNIX_BIND_ADDR_NAMES: OptionNames<UnixBindAddr> = { ...UNIX_ADDR_NAMES, autobind: true };

/** Refuses the address of another type of socket. */
export function checkUnixTransport(action: string, addr: UnixBindAddr, expected: UnixAddr["transport"]): void {
  const { transport } = addr;
  if (transport === undefined || transport === expected) return;
  throw new TypeError(`Cannot ${action} as the transport must be ${expected}: current value is ${quoted(transport)}`);
}

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
 * assertEquals(formatUnixAddr({ transport: "unix", path: "" }), "(unnamed)");
 * ```
 */
export function formatUnixAddr(addr: UnixBindAddr): string {
  if ("abstract" in addr && addr.abstract !== undefined) return `@${printable(addr.abstract)}`;
  if ("path" in addr && addr.path !== undefined) return printable(addr.pathBytes ?? addr.path) || "(unnamed)";
  return "(autobind)";
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
