import { C } from "./constants.ts";
import { systemError } from "./error.ts";
import { check, outcome } from "./gate.ts";
import { libc } from "./libc.ts";
import { platform } from "./platform.ts";

/** What {@linkcode lstat} tells of a file. Two of equal fields, but for the mode, are the same file. */
export interface FileStatus {
  /** Type and permissions, as `st_mode` has them. */
  mode: number;
  /** Number of the inode. */
  inode: bigint;
  /** The device that the inode is on: major number, minor number. */
  device: [number, number];
  /** Nanoseconds since 1970 at the last change of the contents; for a socket, when it was bound. */
  modified: bigint;
}

/** `sizeof(struct statx)`. */
const STATX_SIZE = 256;
const SYS_STATX = platform().arch === "x86_64" ? 332n : 291n;
const ENOENT = 2;

/**
 * Tells about a file, without following a symbolic link. Permission: `--allow-ffi` alone.
 *
 * ```c
 * struct statx {
 *   __u32 stx_mask, stx_blksize;
 *   __u64 stx_attributes;
 *   __u32 stx_nlink, stx_uid, stx_gid;
 *   __u16 stx_mode;                     // 28
 *   __u64 stx_ino;                      // 32
 *   __u64 stx_size, stx_blocks, stx_attributes_mask;
 *   struct statx_timestamp stx_atime, stx_btime, stx_ctime, stx_mtime;  // mtime: 112; { __s64 sec; __u32 nsec; }
 *   __u32 stx_rdev_major, stx_rdev_minor;
 *   __u32 stx_dev_major, stx_dev_minor; // 136
 * };
 * ```
 *
 * @param path The path, as bytes without a NUL.
 * @returns The status, or `undefined` if there is no such file.
 * @throws {SystemError} If it cannot be told, such as `EACCES`.
 *
 * @example Usage
 * ```ts
 * import { C, lstat } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const status = lstat(new TextEncoder().encode("/"));
 * assertEquals((status?.mode ?? 0) & C.S_IFMT, 0o040000); // a directory
 * ```
 */
export function lstat(path: Uint8Array): FileStatus | undefined {
  const status = new Uint8Array(STATX_SIZE);
  const [flags, mask] = [C.AT_SYMLINK_NOFOLLOW, C.STATX_BASIC_STATS];
  const n = outcome(libc().statx(SYS_STATX, C.AT_FDCWD, cString(path), flags, mask, status));
  if (n === -ENOENT) return undefined;
  if (n < 0) throw systemError(-n, "statx");
  const view = new DataView(status.buffer);
  return {
    mode: view.getUint16(28, true),
    inode: view.getBigUint64(32, true),
    device: [view.getUint32(136, true), view.getUint32(140, true)],
    modified: view.getBigInt64(112, true) * 1_000_000_000n + BigInt(view.getUint32(120, true)),
  };
}

/**
 * Removes a name from the file system. Permission: `--allow-ffi` alone.
 *
 * @param path The path, as bytes without a NUL.
 * @throws {SystemError} If the kernel refuses, such as `ENOENT`.
 *
 * @example Usage
 * ```ts
 * import { unlink } from "@berkeley/sockets/ffi";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => unlink(new TextEncoder().encode("/nowhere/at/all")), Error, "ENOENT");
 * ```
 */
export function unlink(path: Uint8Array): void {
  check(libc().unlink(cString(path)), "unlink");
}

/**
 * Gives a file another name; what had that name before is gone. Permission: `--allow-ffi` alone.
 *
 * @param from The old path, as bytes without a NUL.
 * @param to The new path, as bytes without a NUL.
 * @throws {SystemError} If the kernel refuses, such as `ENOENT`.
 *
 * @example Usage
 * ```ts
 * import { rename } from "@berkeley/sockets/ffi";
 * import { assertThrows } from "@std/assert";
 *
 * const path = new TextEncoder().encode("/nowhere/at/all");
 * assertThrows(() => rename(path, path), Error, "ENOENT");
 * ```
 */
export function rename(from: Uint8Array, to: Uint8Array): void {
  check(libc().rename(cString(from), cString(to)), "rename");
}

/**
 * Gives a file a second name; one that is taken is never replaced. Permission: `--allow-ffi` alone.
 *
 * @param from The path, as bytes without a NUL.
 * @param to The second path, as bytes without a NUL.
 * @throws {SystemError} If the kernel refuses, such as `EEXIST`.
 *
 * @example Usage
 * ```ts
 * import { link } from "@berkeley/sockets/ffi";
 * import { assertThrows } from "@std/assert";
 *
 * const path = new TextEncoder().encode("/nowhere/at/all");
 * assertThrows(() => link(path, path), Error, "ENOENT");
 * ```
 */
export function link(from: Uint8Array, to: Uint8Array): void {
  check(libc().link(cString(from), cString(to)), "link");
}

/**
 * Sets the permissions of a file, without following a symbolic link. Permission: `--allow-ffi` alone.
 *
 * @param file The path, as bytes without a NUL; or a descriptor. That of a socket that is not bound yet sets the
 * permissions of its file to be, less the umask.
 * @param mode The permissions, such as `0o600`.
 * @throws {SystemError} If the kernel refuses, such as `EPERM`.
 *
 * @example Usage
 * ```ts
 * import { chmod } from "@berkeley/sockets/ffi";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => chmod(new TextEncoder().encode("/nowhere/at/all"), 0o600), Error, "ENOENT");
 * ```
 */
export function chmod(file: Uint8Array | number, mode: number): void {
  const n = typeof file === "number"
    ? libc().fchmod(file, mode)
    : libc().fchmodat(C.AT_FDCWD, cString(file), mode, C.AT_SYMLINK_NOFOLLOW);
  check(n, "chmod");
}

/**
 * Closes a descriptor that is no socket of the library's. Permission: `--allow-ffi`.
 *
 * @param fd The descriptor.
 * @throws {SystemError} If it is not open (`EBADF`).
 *
 * @example Usage
 * ```ts
 * import { closeFd } from "@berkeley/sockets/ffi";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => closeFd(-1), Error, "EBADF");
 * ```
 */
export function closeFd(fd: number): void {
  check(libc().close(fd), "close");
}

function cString(path: Uint8Array): Uint8Array {
  const text = new Uint8Array(path.length + 1);
  text.set(path);
  return text;
}
