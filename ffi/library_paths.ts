import type { Platform } from "./platform.ts";

/**
 * Where libc may be: absolute paths, as `--allow-ffi=<path>` takes them. On most systems only one of them exists.
 *
 * @param on The platform.
 * @returns Absolute paths.
 *
 * @example Usage
 * ```ts
 * import { libraryPaths } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * const paths = libraryPaths({ os: "linux", arch: "x86_64" });
 * assert(paths.includes("/lib/x86_64-linux-gnu/libc.so.6"));
 * assert(paths.every((path) => path.startsWith("/")));
 * ```
 */
export function libraryPaths(on: Platform): string[] {
  if (on.os === "darwin") return ["/usr/lib/libSystem.B.dylib"];
  const { arch } = on;
  return [
    `/lib/${arch}-linux-gnu/libc.so.6`,
    `/usr/lib/${arch}-linux-gnu/libc.so.6`,
    "/lib64/libc.so.6",
    "/usr/lib64/libc.so.6",
    "/usr/lib/libc.so.6",
    `/lib/libc.musl-${arch}.so.1`,
    `/lib/ld-musl-${arch}.so.1`,
  ];
}

/**
 * What to give to dlopen(3), best first: the bare names, for which the dynamic linker returns the libc that this
 * program has already loaded, then the paths. Not for a scoped `--allow-ffi`: Deno looks for a bare name in the current
 * folder.
 */
export function libraryNames(on: Platform): string[] {
  const bare = on.os === "darwin" ? ["libSystem.B.dylib"] : ["libc.so.6", `libc.musl-${on.arch}.so.1`];
  return [...bare, ...libraryPaths(on)];
}
