import type { Platform } from "./platform.ts";

/**
 * Where libc may be, best first: the bare name, which the dynamic linker resolves, then absolute paths, as
 * `--allow-ffi=<path>` takes them.
 *
 * @param on The platform.
 * @returns File names and absolute paths.
 *
 * @example Usage
 * ```ts
 * import { libraryPaths } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(libraryPaths({ os: "linux", arch: "x86_64" })[0], "libc.so.6");
 * ```
 */
export function libraryPaths(on: Platform): string[] {
  if (on.os === "darwin") return ["libSystem.B.dylib", "/usr/lib/libSystem.B.dylib"];
  const { arch } = on;
  return [
    "libc.so.6",
    `libc.musl-${arch}.so.1`,
    `/lib/${arch}-linux-gnu/libc.so.6`,
    `/usr/lib/${arch}-linux-gnu/libc.so.6`,
    "/lib64/libc.so.6",
    "/usr/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
    `/lib/libc.musl-${arch}.so.1`,
    `/lib/ld-musl-${arch}.so.1`,
  ];
}
