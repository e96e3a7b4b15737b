import { C } from "./constants.ts";
import { libraryError, systemError } from "./error.ts";
import { check, outcome } from "./gate.ts";
import { libc } from "./libc.ts";
import { layout } from "./system.ts";

/** What {@linkcode lstat} returns. If everything except the mode is equal, it is the same file. */
export interface FileStatus {
  /** Type and permissions, as `st_mode` has them. */
  mode: number;
  /** Number of the inode. */
  inode: bigint;
  /** The device that the inode is on: major number, minor number. */
  device: [number, number];
  /** Nanoseconds since 1970 at the last change of the contents; for a socket, when it was bound. */
  modified: bigint;
  /** The same at the last change of the contents, the permissions or the owner. */
  changed: bigint;
  /** The user id of the owner. */
  owner: number;
  /** How many names the file has. */
  links: number;
  /** Bytes in it. */
  size: bigint;
}

/** `sizeof(struct statx)`. */
const STATX_SIZE = 256;
const ENOENT = 2;
const SLASH = 0x2f;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Gets the status of a file, without following a symbolic link.
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
  return statx(C.AT_FDCWD, path, C.AT_SYMLINK_NOFOLLOW);
}

/**
 * Gets the status of an open file or socket; also of a file that was opened with `O_PATH`.
 *
 * @param fd The descriptor.
 * @returns The status.
 * @throws {SystemError} If it is not open (`EBADF`).
 */
export function fstat(fd: number): FileStatus {
  return statx(fd, new Uint8Array(0), C.AT_EMPTY_PATH) as FileStatus;
}

function statx(folder: number, path: Uint8Array, flags: number): FileStatus | undefined {
  const status = new Uint8Array(STATX_SIZE);
  const n = outcome(libc().statx(layout.statxNumber, folder, cString(path), flags, C.STATX_BASIC_STATS, status));
  if (n === -ENOENT) return undefined;
  if (n < 0) throw systemError(-n, "statx");
  const view = new DataView(status.buffer);
  const time = (at: number): bigint => {
    return view.getBigInt64(at, true) * 1_000_000_000n + BigInt(view.getUint32(at + 8, true));
  };
  return {
    mode: view.getUint16(28, true),
    inode: view.getBigUint64(32, true),
    device: [view.getUint32(136, true), view.getUint32(140, true)],
    modified: time(112),
    changed: time(96),
    owner: view.getUint32(20, true),
    links: view.getUint32(16, true),
    size: view.getBigUint64(40, true),
  };
}

/**
 * Creates a file that only this user may open, if it does not exist, and locks it with flock(2). Closing the descriptor
 * releases the lock.
 *
 * @param path The path, as bytes without a NUL.
 * @returns The descriptor; `undefined` where another process holds the lock.
 * @throws {SystemError} If the kernel refuses, such as `EACCES`, or `ELOOP` for a symbolic link; `EACCES` also if the
 * file exists and other users may open it: any of them could hold the lock for ever.
 */
export function openLocked(path: Uint8Array): number | undefined {
  const flags = C.O_RDWR | C.O_CREAT | C.O_CLOEXEC | C.O_NONBLOCK | layout.O_NOFOLLOW;
  const fd = check(libc().openCreate(cString(path), flags, 0o600), "open", decoder.decode(path));
  if ((fstat(fd).mode & 0o077) !== 0) {
    closeFd(fd);
    const name = decoder.decode(path);
    throw libraryError("EACCES", "flock", `Cannot lock ${name}: other users may open that file, too (EACCES)`);
  }
  if (outcome(libc().flock(fd, C.LOCK_EX | C.LOCK_NB)) === 0 && isSameFile(lstat(path), fstat(fd))) return fd;
  closeFd(fd); // held by another process, or removed by the one that held it
  return undefined;
}

/** Whether two statuses are those of one file. */
export function isSameFile(a: FileStatus | undefined, b: FileStatus | undefined): boolean {
  return a !== undefined && b !== undefined && a.inode === b.inode && a.modified === b.modified &&
    a.device[0] === b.device[0] && a.device[1] === b.device[1];
}

/**
 * Sets the permissions of a file if `accepts` approves of it; no other file can take its place in between.
 *
 * @param path The path, as bytes without a NUL; a symbolic link is not followed.
 * @param mode The permissions, such as `0o600`.
 * @param accepts Looks at the file.
 * @returns Whether it was accepted.
 * @throws {SystemError} If the kernel refuses, such as `ENOENT`.
 */
export function chmodIf(path: Uint8Array, mode: number, accepts: (status: FileStatus) => boolean): boolean {
  const flags = C.O_PATH | C.O_CLOEXEC | layout.O_NOFOLLOW;
  const fd = check(libc().open(cString(path), flags), "open", decoder.decode(path));
  try {
    const status = fstat(fd);
    if (!accepts(status)) return false;
    // The link of /proc leads to the open file itself, whatever its name is by now.
    const own = encoder.encode(`/proc/self/fd/${fd}`);
    if ((status.mode & 0o777) !== mode) check(libc().fchmodat(C.AT_FDCWD, cString(own), mode, 0), "chmod");
    return true;
  } finally {
    closeFd(fd);
  }
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
 * Sets the permissions of an open file. For a socket that is not bound yet, bind(2) gives them to the socket's file,
 * minus the umask.
 *
 * @param fd The descriptor.
 * @param mode The permissions, such as `0o600`.
 * @throws {SystemError} If the kernel refuses, such as `EPERM`.
 */
export function fchmod(fd: number, mode: number): void {
  check(libc().fchmod(fd, mode), "fchmod");
}

/**
 * The names in a directory, without `.` and `..`.
 *
 * ```c
 * struct linux_dirent64 { __u64 d_ino; __s64 d_off; __u16 d_reclen; __u8 d_type; char d_name[]; };  // 16, 18, 19
 * ```
 *
 * @param path The path.
 * @returns The names, in the file system's order.
 * @throws {SystemError} If the kernel refuses, such as `ENOENT`.
 */
export function listDirectory(path: string): string[] {
  const names: string[] = [];
  withFile(path, C.O_RDONLY | C.O_CLOEXEC, (fd) => {
    const entries = new Uint8Array(32768);
    const view = new DataView(entries.buffer);
    for (let length = 1; length > 0;) {
      length = check(
        libc().getdents64(layout.getdents64Number, fd, entries, BigInt(entries.length)),
        "getdents64",
        path,
      );
      for (let at = 0; at < length; at += view.getUint16(at + 16, true)) {
        const name = entries.subarray(at + 19, at + view.getUint16(at + 16, true));
        names.push(decoder.decode(name.subarray(0, name.indexOf(0))));
      }
    }
  });
  return names.filter((name) => name !== "." && name !== "..");
}

/**
 * The target of a symbolic link, at most 4095 bytes.
 *
 * @param path The path of the link.
 * @returns The target.
 * @throws {SystemError} If the kernel refuses, such as `ENOENT`.
 */
export function readLink(path: string): string {
  const target = new Uint8Array(4095);
  const n = check(libc().readlink(encoder.encode(`${path}\0`), target, BigInt(target.length)), "readlink", path);
  return decoder.decode(target.subarray(0, n));
}

/**
 * The absolute path of a file, which stays its path when the program changes its working directory; the path itself
 * where `/proc` cannot tell that directory.
 *
 * @param path The path, as bytes without a NUL.
 * @returns The path from the root.
 */
export function absolutePath(path: Uint8Array): Uint8Array {
  if (path[0] === SLASH) return path;
  const folder = new Uint8Array(4095);
  const n = outcome(libc().readlink(encoder.encode("/proc/self/cwd\0"), folder, BigInt(folder.length)));
  if (n < 0) return path;
  const absolute = new Uint8Array(n + 1 + path.length);
  absolute.set(folder.subarray(0, n));
  absolute[n] = SLASH;
  absolute.set(path, n + 1);
  return absolute;
}

/**
 * The text of a small file, such as those in `/proc`.
 *
 * @param path The path.
 * @param limit Bytes that are read at most.
 * @returns The text.
 * @throws {SystemError} If the kernel refuses, such as `ENOENT`.
 */
export function readText(path: string, limit = 4096): string {
  const text = new Uint8Array(limit);
  let length = 0;
  withFile(path, C.O_RDONLY | C.O_CLOEXEC, (fd) => {
    length = check(libc().read(fd, text, BigInt(text.length)), "read", path);
  });
  return decoder.decode(text.subarray(0, length));
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

function withFile(path: string, flags: number, use: (fd: number) => void): void {
  const fd = check(libc().open(encoder.encode(`${path}\0`), flags), "open", path);
  try {
    use(fd);
  } finally {
    libc().close(fd);
  }
}

function cString(path: Uint8Array): Uint8Array {
  const text = new Uint8Array(path.length + 1);
  text.set(path);
  return text;
}
