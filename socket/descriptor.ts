import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkBuffer } from "../checks/check_buffer.ts";
import { INT_MAX, within } from "../checks/within.ts";
import { libraryError } from "../ffi/error.ts";
import { check, outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import { closeNow } from "./operations/close_now.ts";
import { unsentBytes } from "./operations/drain.ts";
import {
  lengthSpace,
  packSockaddr,
  SOCKADDR_SIZE,
  sockaddrSpace,
  takeSockaddr,
  unpackSockaddr,
} from "./operations/sockaddr_space.ts";
import { checkOption, encodeInt, optionError, type ReadableOption, type WritableOption } from "./option.ts";

// Scratch memory for option values: used within one synchronous call, never across a wait.
const optionSpace = new Int32Array(1);

/** Hooks that a family adds to a socket. */
interface Hooks {
  /** Called once, right before the descriptor is closed, to clean up what belongs to it, such as a socket's file. */
  beforeClose?: (() => void) | undefined;
  /**
   * Called before an option is set, with its level, number and bytes: returns the bytes for the kernel, or throws. For
   * families that an option could harm.
   */
  beforeOption?: ((level: number, number: number, value: Uint8Array) => Uint8Array) | undefined;
}

/** The hooks of a socket, to be set by the families of this library only. */
export let hooksOf: (descriptor: Descriptor) => Hooks;

/**
 * Owns a socket's descriptor: its options, its address, and closing it. {@linkcode Socket} adds operations that wait
 * with promises, and `BlockingSocket` of `./blocking` adds operations that block.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { type Descriptor, SO_RCVBUF, Socket } from "@berkeley/sockets/socket";
 * import { assert } from "@std/assert";
 *
 * using descriptor: Descriptor = Socket.open(C.AF_INET, C.SOCK_DGRAM);
 * assert(descriptor.fd > 2 && descriptor.get(SO_RCVBUF) > 0);
 * ```
 */
export abstract class Descriptor implements Disposable {
  #fd: number;
  /** Whether the descriptor may have a duplicate. */
  #isShared = false;
  /** The local sockaddr, packed: stored when the socket is closed. */
  #local: string | undefined;
  /**
   * The sockaddr of the peer, packed, if it is stored.
   *
   * @internal
   */
  protected peer: string | undefined;
  #hooks: Hooks | undefined;

  static {
    hooksOf = (descriptor) => descriptor.#hooks ??= {};
  }

  /**
   * Takes ownership of a descriptor.
   *
   * @param fd The descriptor, non-blocking.
   */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /** The descriptor, borrowed; -1 once the socket is closed. */
  get fd(): number {
    this.share(); // who knows the number can duplicate the descriptor
    return this.#fd;
  }

  /** {@linkcode fd} for a system call that makes no duplicate of it. */
  protected get number(): number {
    return this.#fd;
  }

  /**
   * Reads an option.
   *
   * @param option The option, such as `SO_RCVBUF`.
   * @returns The value.
   * @throws {TypeError} If it is not an option, or can only be set.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`; the message names the option.
   */
  get<T>(option: ReadableOption<T>): T {
    checkArgumentCount("call get", arguments.length, "option");
    checkOption(option, "read");
    const fd = this.open("getsockopt");
    const value = new Uint8Array(option.size);
    lengthSpace[0] = option.size;
    const n = outcome(libc().getsockopt(fd, option.level, option.number, value, lengthSpace));
    if (n < 0) throw optionError(-n, "getsockopt", option);
    return option.decode(value.subarray(0, Math.min(lengthSpace[0] ?? 0, option.size)));
  }

  /**
   * Sets an option.
   *
   * @param option The option, such as `SO_RCVBUF`.
   * @param value The value.
   * @throws {TypeError} If it is not an option, or can only be read, or the value is of another type.
   * @throws {RangeError} If the option cannot have this value.
   * @throws {SystemError} If the kernel refuses, such as `EPERM`; the message names the option.
   */
  set<T>(option: WritableOption<T>, value: T): void {
    checkArgumentCount("call set", arguments.length, "option", "value");
    checkOption(option, "set");
    const fd = this.open("setsockopt");
    const bytes = this.#checked(option.level, option.number, option.encode(value, this));
    const n = outcome(libc().setsockopt(fd, option.level, option.number, bytes, bytes.byteLength));
    if (n < 0) throw optionError(-n, "setsockopt", option);
  }

  /**
   * Reads an option by its number, if its value is an `int`.
   *
   * @param level The level, such as `SOL_SOCKET`.
   * @param number The option, such as `SO_RCVBUF`.
   * @returns The value.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`.
   */
  getOption(level: number, number: number): number {
    checkArgumentCount("call getOption", arguments.length, "level", "number");
    checkName(level, number);
    return readOption(this.open("getsockopt"), level, number);
  }

  /**
   * Reads an option by its number, as bytes.
   *
   * @param level The level, such as `IPPROTO_TCP`.
   * @param number The option, such as `TCP_INFO`.
   * @param size The size of the value, in bytes.
   * @returns The bytes that the kernel returned.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`.
   */
  getOptionBytes(level: number, number: number, size: number): Uint8Array {
    checkArgumentCount("call getOptionBytes", arguments.length, "level", "number", "size");
    checkName(level, number);
    const value = new Uint8Array(within("read an option", "size", size, INT_MAX));
    lengthSpace[0] = size;
    check(libc().getsockopt(this.open("getsockopt"), level, number, value, lengthSpace), "getsockopt");
    return value.subarray(0, Math.min(lengthSpace[0] ?? 0, size));
  }

  /**
   * Sets an option by its number.
   *
   * @param level The level, such as `SOL_SOCKET`.
   * @param number The option, such as `SO_RCVBUF`.
   * @param value A number if the option is an `int`, else the bytes.
   * @throws {RangeError} If the number is not a 32-bit integer.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`.
   */
  setOption(level: number, number: number, value: number | Uint8Array): void {
    checkArgumentCount("call setOption", arguments.length, "level", "number", "value");
    checkName(level, number);
    const fd = this.open("setsockopt");
    const encoded = typeof value === "number" ? encodeInt(value, `option ${number}`) : value;
    checkBuffer(encoded, encoded?.byteLength);
    const bytes = this.#checked(level, number, encoded);
    check(libc().setsockopt(fd, level, number, bytes, bytes.byteLength), "setsockopt");
  }

  /**
   * The address that the socket is bound to; after it is closed, the one that it was bound to.
   *
   * @returns The sockaddr bytes.
   * @throws {SystemError} If the kernel refuses.
   */
  localSockaddr(): Uint8Array {
    checkArgumentCount("call localSockaddr", arguments.length);
    if (this.#fd < 0 && this.#local !== undefined) return unpackSockaddr(this.#local);
    const fd = this.open("getsockname");
    lengthSpace[0] = SOCKADDR_SIZE;
    check(libc().getsockname(fd, sockaddrSpace, lengthSpace), "getsockname");
    return takeSockaddr();
  }

  /**
   * The address that the socket is connected to.
   *
   * @returns The sockaddr bytes.
   * @throws {SystemError} If the socket is not connected (`ENOTCONN`).
   */
  peerSockaddr(): Uint8Array {
    checkArgumentCount("call peerSockaddr", arguments.length);
    if (this.peer !== undefined) return unpackSockaddr(this.peer);
    const fd = this.open("getpeername");
    lengthSpace[0] = SOCKADDR_SIZE;
    check(libc().getpeername(fd, sockaddrSpace, lengthSpace), "getpeername");
    return takeSockaddr();
  }

  /**
   * `SIOCOUTQ`: bytes that were written and are still in the kernel's send buffer. TCP includes bytes that are sent but
   * not yet acknowledged; AF_SMC counts bytes that are not yet in the peer's memory.
   *
   * @returns The number of bytes.
   * @throws {SystemError} If the kernel cannot answer, such as `EINVAL` for a listener.
   */
  unsentBytes(): number {
    checkArgumentCount("call unsentBytes", arguments.length);
    return unsentBytes(this.open("ioctl"));
  }

  /**
   * The socket's inode number, by which `/proc/net` and sock_diag(7) list it.
   *
   * @returns The inode number.
   * @throws {SystemError} If there is no `/proc` (`ENOENT`).
   */
  inode(): number {
    checkArgumentCount("call inode", arguments.length);
    const path = new TextEncoder().encode(`/proc/self/fd/${this.open("readlink")}\0`);
    const target = new Uint8Array(64);
    const n = check(libc().readlink(path, target, BigInt(target.byteLength)), "readlink");
    return Number(/\d+/.exec(new TextDecoder().decode(target.subarray(0, n)))?.[0]);
  }

  /**
   * Releases the descriptor: from now on the caller owns it. It stays non-blocking. Pending waits are rejected.
   *
   * @returns The descriptor.
   * @throws {SystemError} If the socket is closed.
   */
  detach(): number {
    checkArgumentCount("call detach", arguments.length);
    const fd = this.open("detach");
    this.#forget();
    this.ended(() => libraryError("EBADF", "detach", "Cannot continue to wait: the descriptor was detached"), false);
    return fd;
  }

  /** Closes the descriptor; pending waits are rejected. Closing again does nothing. */
  close(): void {
    checkArgumentCount("call close", arguments.length);
    if (this.#fd < 0) return;
    const fd = this.release();
    try {
      this.#hooks?.beforeClose?.();
    } finally {
      closeNow(fd);
    }
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The descriptor for a call; throws if the socket is closed. */
  protected open(syscall: string): number {
    if (this.#fd < 0) throw closedError(syscall);
    return this.#fd;
  }

  /** Notes that the descriptor may have a duplicate. */
  protected share(): void {
    this.#isShared = true;
  }

  /** Takes the descriptor, to close it. */
  protected release(): number {
    const fd = this.#fd;
    this.#forget();
    const hasDuplicate = this.#isShared;
    this.ended(() => libraryError("EBADF", "close", "Cannot continue to wait: the socket was closed"), !hasDuplicate);
    return fd;
  }

  /**
   * Called once the descriptor is no longer owned.
   *
   * @param _error Makes the error for each pending wait.
   * @param _isLast Whether the descriptor is closed next, and has no duplicate.
   */
  protected ended(_error: () => Error, _isLast: boolean): void {}

  /** Forgets the descriptor, but not the addresses. */
  #forget(): void {
    this.#local = packedName(libc().getsockname, this.#fd);
    this.peer ??= packedName(libc().getpeername, this.#fd);
    this.#fd = -1;
  }

  #checked(level: number, number: number, value: Uint8Array): Uint8Array {
    const { beforeOption } = this.#hooks ?? {};
    return beforeOption === undefined ? value : beforeOption(level, number, value);
  }
}

/** What getsockname(2) or getpeername(2) returns, packed. */
export function packedName(name: ReturnType<typeof libc>["getsockname"], fd: number): string | undefined {
  lengthSpace[0] = SOCKADDR_SIZE;
  return outcome(name(fd, sockaddrSpace, lengthSpace)) < 0 ? undefined : packSockaddr();
}

function checkName(level: number, number: number): void {
  within("use an option", "level", level, INT_MAX);
  within("use an option", "number", number, INT_MAX);
}

/** Reads an `int` option of a descriptor that no object owns yet. */
export function readOption(fd: number, level: number, number: number): number {
  lengthSpace[0] = 4;
  optionSpace[0] = 0; // some options are shorter
  check(libc().getsockopt(fd, level, number, optionSpace, lengthSpace), "getsockopt");
  return optionSpace[0] ?? 0;
}

/** The error of a call on a closed socket. */
export function closedError(syscall: string): Error {
  return libraryError("EBADF", syscall, `Cannot call ${syscall}: the socket is closed`);
}
