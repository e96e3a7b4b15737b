/** What the layout of C structures and the values of constants depend on. */
export interface Platform {
  /** The operating system. */
  os: "linux" | "darwin";
  /** The processor architecture. */
  arch: "x86_64" | "aarch64";
}

/** The JavaScript runtime this program runs on; `"other"` is one without FFI, such as a browser. */
export type Runtime = "deno" | "node" | "bun" | "other";

/** Names of the runtimes' own globals: their one place outside the backends and the error classes. */
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
 * The platform that this program runs on. Where that is unknown, as in a browser, it is Linux on x86-64, so that the
 * codecs have a layout.
 *
 * @returns The platform.
 * @throws {Error} If the operating system or the processor is one that the library has no table for.
 *
 * @example Usage
 * ```ts
 * import { platform } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(platform().os, "linux");
 * ```
 */
export function platform(): Platform {
  const host = globalThis as Host;
  const os = host.Deno?.build.os ?? host.process?.platform ?? "linux";
  const arch = host.Deno?.build.arch ?? host.process?.arch ?? "x86_64";
  const architecture = ARCHITECTURES[arch];
  if ((os !== "linux" && os !== "darwin") || architecture === undefined) {
    throw new Error(`Cannot tell the layout of C structures on this platform: current platform is ${os} ${arch}`);
  }
  return { os, arch: architecture };
}

/** Deno's names and Node's for the same processor. */
const ARCHITECTURES: Record<string, Platform["arch"]> = {
  x86_64: "x86_64",
  x64: "x86_64",
  aarch64: "aarch64",
  arm64: "aarch64",
};
