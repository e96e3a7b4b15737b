import { socketIn } from "../checks/check_socket.ts";
import type { OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { C } from "../ffi/constants.ts";
import { isSystemError, libraryError } from "../ffi/error.ts";
import {
  absolutePath,
  chmodIf,
  closeFd,
  fchmod,
  type FileStatus,
  fstat,
  isSameFile,
  lstat,
  openLocked,
  unlink,
} from "../ffi/file.ts";
import { hooksOf } from "../socket/descriptor.ts";
import type { Socket } from "../socket/socket.ts";
import { isBound } from "./_is_bound.ts";
import { formatUnixAddr, UNIX_BIND_ADDR_NAMES, type UnixBindAddr, type UnixPathAddr } from "./addr.ts";
import { bytesOf, encodeSockaddrUn } from "./sockaddr_un.ts";

/** Options of all functions that bind a unix socket. */
export interface UnixBindOptions {
  /**
   * The permissions of the socket's file, such as `0o600`; connecting needs write permission. The file never has more
   * permissions than these. Default: `0o777` minus the umask.
   */
  mode?: number;
  /**
   * Replaces the file of a socket that another program left behind. The file of a socket in use is never replaced, and
   * neither is a file of any other kind.
   *
   * @default {false}
   */
  replaceStale?: boolean;
}

/** The names of the options that bind: those of the address, and those of {@linkcode UnixBindOptions}. */
export const UNIX_BIND_OPTIONS: OptionNames<UnixBindAddr & UnixBindOptions> = {
  ...UNIX_BIND_ADDR_NAMES,
  mode: true,
  replaceStale: "boolean",
};

/** The type of a regular file, in `st_mode`. */
const S_IFREG = 0o100000;
const LOCK_SUFFIX = new TextEncoder().encode(".lock");

/**
 * Encodes an address to bind to.
 *
 * @throws {TypeError} If it is not an address, for example because `path` is misspelt: bind(2) would choose a random
 * name.
 */
export function encodeBindAddr(addr: UnixBindAddr): Uint8Array<ArrayBuffer> {
  const { path, abstract, autobind }: { [K in "path" | "abstract" | "autobind"]?: unknown } = addr;
  if (path !== undefined || abstract !== undefined || autobind === true) return encodeSockaddrUn(addr);
  throw new TypeError("Cannot bind as the address needs a path, an abstract name or autobind: true");
}

/**
 * Binds a socket. Its file is removed when it is closed, unless another file has taken its place by then; also after the
 * program has changed its working directory.
 *
 * @throws {SystemError} If the address is taken (`EADDRINUSE`), or the kernel refuses.
 */
export function bindUnix(socket: Socket, addr: UnixBindAddr, options: UnixBindOptions = {}): void {
  const { mode, replaceStale = false } = options;
  if (mode !== undefined && !(Number.isInteger(mode) && mode >= 0 && mode <= 0o777)) {
    throw new RangeError(`Cannot bind as the mode must be 0 to 0o777: current value is ${quoted(mode)}`);
  }
  const sockaddr = encodeBindAddr(addr);
  const address = formatUnixAddr(addr);
  if (!isPath(addr)) {
    if (mode === undefined) return socket.bind(sockaddr, address);
    throw new TypeError("Cannot bind as an abstract name has no mode: any user may connect");
  }
  const path = bytesOf("path", addr.pathBytes ?? addr.path).slice();
  // The file gets the permissions of the socket minus the umask: it never has more than `mode`, not even briefly.
  if (mode !== undefined) fchmod(socket.fd, mode);
  try {
    socket.bind(sockaddr, address);
  } catch (error) {
    if (!replaceStale || !isSystemError(error, "EADDRINUSE") || !removeStale(path, sockaddr)) throw error;
    socket.bind(sockaddr, address);
  }
  const status = lstat(path);
  // As long as the socket is open, the kernel gives its inode to no other file.
  const paths = [absolutePath(path), path];
  hooksOf(socket).beforeClose = () => removeSame(paths, status);
  if (mode !== undefined) setMode(path, mode, fstat(socket.fd), address);
}

/**
 * Restores the permissions that the umask removed from a socket's file. Another user who may write to the folder could
 * have replaced the file in between: so this changes only the very file that bind(2) has just created.
 *
 * @param own The status of the socket itself.
 */
export function setMode(path: Uint8Array, mode: number, own: FileStatus, address: string): void {
  const isOwn = chmodIf(path, mode, (file) => {
    return (file.mode & C.S_IFMT) === C.S_IFSOCK && file.owner === own.owner && file.links === 1 &&
      file.modified >= own.changed;
  });
  if (isOwn) return;
  throw libraryError("EACCES", "chmod", `Cannot set the mode of ${address}: another file has taken its place (EACCES)`);
}

/**
 * Keeps the file of a bound socket when the socket is closed, like Go's `SetUnlinkOnClose(false)`: for a program that
 * passed the descriptor to its successor, which continues to use the file. Permission: `--allow-ffi`.
 *
 * @param owner A listener, a datagram socket, or a connection that was bound to a path.
 *
 * @example Usage
 * ```ts
 * import { keepSocketFile, UnixListener } from "@berkeley/sockets/unix";
 * import { assert } from "@std/assert";
 * import { existsSync, mkdtempSync, rmSync } from "node:fs";
 *
 * const folder = mkdtempSync("/tmp/keep-");
 * const listener = UnixListener.listen({ path: `${folder}/s` });
 * keepSocketFile(listener);
 * listener.close();
 * assert(existsSync(`${folder}/s`));
 * rmSync(folder, { recursive: true });
 * ```
 */
export function keepSocketFile(owner: { readonly socket: Socket }): void {
  hooksOf(socketIn("keep a file", owner)).beforeClose = undefined;
}

function isPath(addr: UnixBindAddr): addr is UnixPathAddr {
  return "path" in addr && addr.path !== undefined && !("abstract" in addr && addr.abstract !== undefined);
}

/**
 * Removes a file at the first of the paths that still leads to it: from the root, unless a folder was renamed or may not
 * be searched; else from the working directory.
 */
function removeSame(paths: readonly Uint8Array[], status: FileStatus | undefined): void {
  for (const path of paths) {
    try {
      if (isSameFile(status, lstat(path))) return unlink(path);
    } catch {
      // The folder is gone, or no longer ours: if that is so for all paths, the file stays, as after a crash.
    }
  }
}

/**
 * Removes the file of a socket that is not in use.
 *
 * Another program may do the same at the same time, and then bind its own socket there: so whoever checks and removes
 * the file holds the lock on `<path>.lock`. Only users who may write to the folder can create that file, and only its
 * owner can open it; one that others may open, and so hold for ever, is refused.
 *
 * @returns Whether the path is free now; also false if another program holds the lock and is about to bind.
 */
function removeStale(path: Uint8Array, sockaddr: Uint8Array): boolean {
  const lockPath = concat(path, LOCK_SUFFIX);
  const lock = openLocked(lockPath);
  if (lock === undefined) return false;
  try {
    const stale = lstat(path);
    if (stale === undefined) return true;
    if ((stale.mode & C.S_IFMT) !== C.S_IFSOCK || isBound(sockaddr)) return false;
    unlink(path);
    return true;
  } finally {
    const { mode, size } = fstat(lock);
    if ((mode & C.S_IFMT) === S_IFREG && size === 0n) unlink(lockPath); // else it is somebody's file of that name
    closeFd(lock);
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
