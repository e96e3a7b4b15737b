import type { OptionNames } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { isSystemError } from "../ffi/error.ts";
import { chmod, type FileStatus, lstat, unlink } from "../ffi/file.ts";
import { Socket } from "../socket/socket.ts";
import { isBound } from "./_is_bound.ts";
import { formatUnixAddr, UNIX_BIND_ADDR_NAMES, type UnixBindAddr, type UnixPathAddr } from "./addr.ts";
import { bytesOf, encodeSockaddrUn } from "./sockaddr_un.ts";

/** Options of everything that binds a unix socket. */
export interface UnixBindOptions {
  /**
   * The permissions of the socket's file, such as `0o600`; connecting needs the permission to write. The file never has
   * more than these. Default: `0o777` less the umask.
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

/** The names of what binds: those of the address, and of {@linkcode UnixBindOptions}. */
export const UNIX_BIND_OPTIONS: OptionNames<UnixBindAddr & UnixBindOptions> = {
  ...UNIX_BIND_ADDR_NAMES,
  mode: true,
  replaceStale: true,
};

const SLASH = 0x2f;
const DOT = new Uint8Array([0x2e]);
/** Bytes of the longest abstract name: `sun_path` less the NUL in front. */
const MAX_ABSTRACT = 107;

/**
 * Encodes an address to bind to.
 *
 * @throws {TypeError} If it is not one, for example because `path` is misspelt: bind(2) would choose a random name.
 */
export function encodeBindAddr(addr: UnixBindAddr): Uint8Array<ArrayBuffer> {
  const { path, abstract, autobind }: { [K in "path" | "abstract" | "autobind"]?: unknown } = addr;
  if (path !== undefined || abstract !== undefined || autobind === true) return encodeSockaddrUn(addr);
  throw new TypeError("Cannot bind as the address needs a path, an abstract name or autobind: true");
}

/**
 * Binds a socket. Its file is removed when it is closed, unless another file has taken its place by then.
 *
 * @throws {SystemError} If the address is taken (`EADDRINUSE`), or the kernel refuses.
 */
export function bindUnix(socket: Socket, addr: UnixBindAddr, options: UnixBindOptions = {}): void {
  const { mode, replaceStale = false } = options;
  if (mode !== undefined && !(Number.isInteger(mode) && mode >= 0 && mode <= 0o777)) {
    throw new RangeError(`Cannot bind with a mode that is not 0 to 0o777: current value is ${mode}`);
  }
  const sockaddr = encodeBindAddr(addr);
  const address = formatUnixAddr(addr);
  if (!isPath(addr)) return socket.bind(sockaddr, address);
  const path = bytesOf("path", addr.pathBytes ?? addr.path).slice();
  // The file gets the permissions of the socket, less the umask: never more than `mode`, at no time.
  if (mode !== undefined) chmod(socket.fd, mode);
  try {
    socket.bind(sockaddr, address);
  } catch (error) {
    if (!replaceStale || !isSystemError(error, "EADDRINUSE") || !removeStale(path, sockaddr)) throw error;
    socket.bind(sockaddr, address);
  }
  const status = lstat(path);
  // As long as the socket is open, the kernel gives its inode to no other file.
  socket.beforeClose = () => removeSame(path, status);
  if (mode !== undefined && status !== undefined && (status.mode & 0o777) !== mode) chmod(path, mode);
}

function isPath(addr: UnixBindAddr): addr is UnixPathAddr {
  return "path" in addr && addr.path !== undefined && !("abstract" in addr && addr.abstract !== undefined);
}

function removeSame(path: Uint8Array, status: FileStatus | undefined): void {
  try {
    if (isSame(status, lstat(path))) unlink(path);
  } catch {
    // The folder is gone, or not ours any more: the file stays, as after a crash.
  }
}

/**
 * Removes the file of a socket that is not in use.
 *
 * Another program may do the same at the same time, and then bind its own socket there: only one of those in a network
 * namespace looks and removes at a time.
 *
 * @returns Whether the path is free now; false too where another program is at it, which is about to bind.
 */
function removeStale(path: Uint8Array, sockaddr: Uint8Array): boolean {
  using lock = lockPath(path);
  if (lock === undefined) return false;
  const stale = lstat(path);
  if (stale === undefined) return true;
  if ((stale.mode & C.S_IFMT) !== C.S_IFSOCK || isBound(sockaddr)) return false;
  unlink(path);
  return true;
}

/** Holds an abstract name that stands for a path; `undefined` if another program holds it. The kernel frees it. */
function lockPath(path: Uint8Array): Socket | undefined {
  const slash = path.lastIndexOf(SLASH);
  const folder = lstat(concat(path.subarray(0, slash + 1), DOT));
  const id = new TextEncoder().encode(`replace ${folder?.device} ${folder?.inode} `);
  const name = path.subarray(slash + 1).slice(-(MAX_ABSTRACT - id.length));
  const lock = Socket.open(C.AF_UNIX, C.SOCK_DGRAM);
  try {
    lock.bind(encodeSockaddrUn({ abstract: concat(id, name) }));
    return lock;
  } catch (error) {
    lock.close();
    if (isSystemError(error, "EADDRINUSE")) return undefined;
    throw error;
  }
}

function isSame(a: FileStatus | undefined, b: FileStatus | undefined): boolean {
  return a !== undefined && b !== undefined && a.inode === b.inode && a.modified === b.modified &&
    a.device[0] === b.device[0] && a.device[1] === b.device[1];
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(a.length + b.length);
  bytes.set(a);
  bytes.set(b, a.length);
  return bytes;
}
