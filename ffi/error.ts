import { errnoMessage, errnoName, errnoNumber } from "./errno.ts";

/**
 * An error of the operating system. If the runtime has a class for the error number, such as `Deno.errors.AddrInUse`,
 * the error has that class, else `Error`.
 */
export interface SystemError extends Error {
  /** C name of the error number, such as `"EADDRINUSE"`; `"E<number>"` for a number without a name. */
  code: string;
  /**
   * The error number of errno(3), always positive. For a failed name lookup, it is libc's `EAI_*` or `h_errno` number
   * without its sign: `code` says which of them.
   */
  errno: number;
  /** The call that failed, by its C name, such as `"bind"`. */
  syscall: string;
  /** The address that the call was about, as text. */
  address?: string;
}

/**
 * Whether an error came from the operating system; optionally, whether it has a certain code.
 *
 * @param error What was thrown.
 * @param code C name of the error number, such as `"ECONNREFUSED"`. Default: any.
 * @returns Whether it is.
 *
 * @example Connect where nobody may listen
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { TcpConn } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * try {
 *   await TcpConn.connect({ hostname: "127.0.0.1", port: 1 });
 * } catch (error) {
 *   if (!isSystemError(error, "ECONNREFUSED")) throw error;
 *   assertEquals(error.address, "127.0.0.1:1");
 * }
 * ```
 */
export function isSystemError(error: unknown, code?: string): error is SystemError {
  if (!(error instanceof Error && "code" in error && "errno" in error && "syscall" in error)) return false;
  return code === undefined || error.code === code;
}

type ErrorClass = new (message: string) => Error;

/** Deno's error classes by errno name; the other runtimes have plain errors with a `code`. */
const CLASSES: Record<string, string> = {
  EACCES: "PermissionDenied",
  EADDRINUSE: "AddrInUse",
  EADDRNOTAVAIL: "AddrNotAvailable",
  EBADF: "BadResource",
  EBUSY: "Busy",
  ECONNABORTED: "ConnectionAborted",
  ECONNREFUSED: "ConnectionRefused",
  ECONNRESET: "ConnectionReset",
  EEXIST: "AlreadyExists",
  EINTR: "Interrupted",
  EISDIR: "IsADirectory",
  ELOOP: "FilesystemLoop",
  ENETUNREACH: "NetworkUnreachable",
  ENOENT: "NotFound",
  ENOTCONN: "NotConnected",
  ENOTDIR: "NotADirectory",
  EPERM: "PermissionDenied",
  EPIPE: "BrokenPipe",
  ETIMEDOUT: "TimedOut",
  EAFNOSUPPORT: "NotSupported",
  EOPNOTSUPP: "NotSupported",
  EPROTONOSUPPORT: "NotSupported",
  ESOCKTNOSUPPORT: "NotSupported",
};

/** What a call does, where its C name is not an English verb. */
const ACTIONS: Record<string, string> = {
  accept4: "accept on",
  bind: "bind to",
  connect: "connect to",
  getpeername: "get the remote address of",
  getsockname: "get the local address of",
  getsockopt: "read the option of",
  listen: "listen on",
  recv: "receive from",
  recvfrom: "receive from",
  recvmmsg: "receive from",
  recvmsg: "receive from",
  send: "send to",
  sendmmsg: "send to",
  sendmsg: "send to",
  sendto: "send to",
  setsockopt: "set the option of",
  shutdown: "shut down",
  socket: "open a socket",
  socketpair: "open a pair of sockets",
};

/**
 * Makes the error for an error number, as {@linkcode check} throws it.
 *
 * @param errno The number, as errno(3) has it.
 * @param syscall C name of the call that failed.
 * @param address The address that the call was about, as text.
 * @returns The error, not thrown.
 *
 * @example Usage
 * ```ts
 * import { systemError } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const error = systemError(13, "bind", "127.0.0.1:80");
 * assertEquals(error.message, "Cannot bind to 127.0.0.1:80: Permission denied (EACCES)");
 * assertEquals(error.code, "EACCES");
 * ```
 */
export function systemError(errno: number, syscall: string, address?: string): SystemError {
  const code = errnoName(errno) ?? `E${errno}`;
  const message = `Cannot ${actionOf(syscall, address)}: ${errnoMessage(errno)} (${code})`;
  return describeError(message, { errno, code, syscall, ...(address === undefined ? {} : { address }) });
}

/** What a call does, as an English verb with its object. */
export function actionOf(syscall: string, address?: string): string {
  const action = ACTIONS[syscall] ?? syscall;
  const target = address ?? (/ (?:from|of|on|to)$/.test(action) ? "the socket" : "");
  return target === "" ? action : `${action} ${target}`;
}

/**
 * Makes the error for what the library itself refuses, with the class and the fields of an error number.
 *
 * @param code C name of the errno, such as `"EBADF"`.
 * @param syscall C name of the call that the library did not make.
 * @param message The whole message.
 * @returns The error, not thrown.
 */
export function libraryError(code: string, syscall: string, message: string): SystemError {
  return describeError(message, { errno: errnoNumber(code) ?? 0, code, syscall });
}

/** Makes an error of the runtime's class for the code, with the fields. */
export function describeError(message: string, fields: Omit<SystemError, "name" | "message">): SystemError {
  const classes = (globalThis as { Deno?: { errors: Record<string, ErrorClass | undefined> } }).Deno?.errors;
  const Class = classes?.[CLASSES[fields.code] ?? ""] ?? Error;
  return Object.assign(new Class(message), fields);
}
