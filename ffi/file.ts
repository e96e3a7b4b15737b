import { C } from "./constants.ts";
import { systemError } from "./error.ts";
import { check, outcome } from "./gate.ts";
import { libc } from "./libc.ts";
import { layout } from "./system.ts";

/** What {@linkcode lstat} tells of a file. If all but the mode is equal, it is the same file. */
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
const ENOENT = 2;

/**
 * Tells about a file, without following a symbolic link.
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
 * @throws {SystemError} If the kernel refuses, such as `EACCES`.
 */
export function lstat(path: Uint8Array): FileStatus | undefined {
  const status = new Uint8Array(STATX_SIZE);
  const [flags, mask] = [C.AT_SYMLINK_NOFOLLOW, C.STATX_BASIC_STATS];
  const n = outcome(libc().statx(layout.statxNumber, C.AT_FDCWD, cString(path), flags, mask, status));
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
 * Removes a name from the file system.
 *
 * @param path The path, as bytes without a NUL.
 * @throws {SystemError} If the kernel refuses, such as `ENOENT`.
 */
export function unlink(path: Uint8Array): void {
  check(libc().unlink(cString(path)), "unlink");
}

/**
 * Sets the permissions of a file, without following a symbolic link.
 *
 * @param file The path, as bytes without a NUL; or a descriptor. On a socket that is not bound yet, it sets what
 * bind(2) gives to the socket's file, less the umask.
 * @param mode The permissions, such as `0o600`.
 * @throws {SystemError} If the kernel refuses, such as `EPERM`.
 */
export function chmod(file: Uint8Array | number, mode: number): void {
  const n = typeof file === "number"
    ? libc().fchmod(file, mode)
    : libc().fchmodat(C.AT_FDCWD, cString(file), mode, C.AT_SYMLINK_NOFOLLOW);
  check(n, "chmod");
}

/**
 * Closes a descriptor that no {@linkcode Socket} owns. Permission: `--allow-ffi`.
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
