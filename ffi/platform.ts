/** The operating system and the processor that a program runs on. */
export interface Platform {
  /** The operating system, such as `"linux"`, `"darwin"` or `"windows"`; `"unknown"` in a browser. */
  os: string;
  /** The processor architecture, such as `"x86_64"` or `"aarch64"`; `"unknown"` in a browser. */
  arch: string;
}

/** The JavaScript runtime this program runs on; `"other"` is one without FFI, such as a browser. */
export type Runtime = "deno" | "node" | "bun" | "other";

/** The global names of the runtimes: used only here, in the backends and in the error classes. */
interface Host {
  Deno?: { build: { os: string; arch: string } };
  process?: { platform: string; arch: string; versions: Record<string, string | undefined> };
}

/**
 * The runtime that this program runs on.
 *
 * @returns Its name in lower case.
 */
export function runtime(): Runtime {
  const host = globalThis as Host;
  if (host.Deno !== undefined) return "deno";
  if (host.process?.versions["bun"] !== undefined) return "bun";
  return host.process?.versions["node"] !== undefined ? "node" : "other";
}

/**
 * The platform that this program runs on, in Deno's names.
 *
 * @returns The platform.
 *
 * @example Usage
 * ```ts
 * import { platform } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * const { os, arch } = platform();
 * assert(os.length > 0 && arch.length > 0);
 * ```
 */
export function platform(): Platform {
  const host = globalThis as Host;
  const os = host.Deno?.build.os ?? host.process?.platform ?? "unknown";
  const arch = host.Deno?.build.arch ?? host.process?.arch ?? "unknown";
  return { os: DENO_NAMES[os] ?? os, arch: DENO_NAMES[arch] ?? arch };
}

/** Node's names that differ from Deno's. */
const DENO_NAMES: Record<string, string | undefined> = { win32: "windows", x64: "x86_64", arm64: "aarch64" };
