import { checkBuffer } from "../checks/check_buffer.ts";
import { INT_MAX, within } from "../checks/within.ts";
import { libraryError } from "../ffi/error.ts";
import { check, outcome } from "../ffi/gate.ts";
import { libc } from "../ffi/libc.ts";
import type { Direction, Operation } from "./operation.ts";
import { closeNow } from "./operations/close_now.ts";
import { drainAndClose, unsentBytes } from "./operations/drain.ts";
import { lengthSpace, SOCKADDR_SIZE, sockaddrSpace, takeSockaddr } from "./operations/sockaddr_space.ts";
import { encodeInt, optionError, type ReadableOption, type WritableOption } from "./option.ts";
import { Readiness } from "./polling/readiness.ts";
import type { WaitOptions } from "./wait_options.ts";

// Scratch memory for option values: used within one synchronous call, never across a wait.
const optionSpace = new Int32Array(1);

/**
 * The owner of a socket's descriptor: its options, its address, waiting on it and closing it. {@linkcode Socket} adds
 * sending and receiving.
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
  /**
   * When it can be read and written.
   *
   * @internal
   */
  protected readonly readiness: Readiness;
  /** Called once, right before the descriptor is closed, to clean up what belongs to it, such as a socket's file. */
  beforeClose: (() => void) | undefined;
  /**
   * Called before an option is set, with its level, number and bytes: returns the bytes for the kernel, or throws. For
   * families on which an option does harm.
   */
  beforeOption: ((level: number, number: number, value: Uint8Array) => Uint8Array) | undefined;

  /**
   * Takes ownership of a descriptor.
   *
   * @param fd The descriptor, non-blocking.
   */
  constructor(fd: number) {
    this.#fd = fd;
    this.readiness = new Readiness(fd);
  }

  /** The descriptor, borrowed; -1 once the socket is closed. */
  get fd(): number {
    return this.#fd;
  }

  /**
   * Runs an operation of your own on the descriptor: at once if no other is waiting before it, else in its turn, and
   * again each time the descriptor is ready, as long as it would block.
   *
   * @param direction The queue that it joins.
   * @param operation The operation.
   * @param options How long to wait.
   * @returns The result of the operation.
   */
  run<T>(direction: Direction, operation: Operation<T>, options?: WaitOptions): Promise<T> {
    if (this.#fd < 0) return Promise.reject(closedError(operation.syscall));
    return this.readiness.run(direction, operation, options);
  }

  /**
   * Reads an option.
   *
   * @param option The option, such as `SO_RCVBUF`.
   * @returns The value.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`; the message names the option.
   */
  get<T>(option: ReadableOption<T>): T {
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
   * @throws {RangeError} If the value cannot be one of the option.
   * @throws {SystemError} If the kernel refuses, such as `EPERM`; the message names the option.
   */
  set<T>(option: WritableOption<T>, value: T): void {
    const fd = this.open("setsockopt");
    const bytes = this.#checked(option.level, option.number, option.encode(value));
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
    checkName(level, number);
    return readOption(this.open("getsockopt"), level, number);
  }

  /**
   * Reads an option by its number, as bytes.
   *
   * @param level The level, such as `IPPROTO_TCP`.
   * @param number The option, such as `TCP_INFO`.
   * @param size Bytes of room for the value.
   * @returns The bytes that the kernel gave.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`.
   */
  getOptionBytes(level: number, number: number, size: number): Uint8Array {
    checkName(level, number);
    const value = new Uint8Array(size);
    lengthSpace[0] = size;
    check(libc().getsockopt(this.open("getsockopt"), level, number, value, lengthSpace), "getsockopt");
    return value.subarray(0, Math.min(lengthSpace[0] ?? 0, size));
  }

  /**
   * Sets an option by its number.
   *
   * @param level The level, such as `SOL_SOCKET`.
   * @param number The option, such as `SO_RCVBUF`.
   * @param value A number for an option that is an `int`, else the bytes.
   * @throws {RangeError} If the number is not a whole one of 32 bits.
   * @throws {SystemError} If the kernel refuses, such as `ENOPROTOOPT`.
   */
  setOption(level: number, number: number, value: number | Uint8Array): void {
    checkName(level, number);
    const fd = this.open("setsockopt");
    const encoded = typeof value === "number" ? encodeInt(value, `option ${number}`) : value;
    checkBuffer(encoded, encoded?.byteLength);
    const bytes = this.#checked(level, number, encoded);
    check(libc().setsockopt(fd, level, number, bytes, bytes.byteLength), "setsockopt");
  }

  /**
   * The address that the socket is bound to.
   *
   * @returns The sockaddr bytes.
   * @throws {SystemError} If the kernel refuses.
   */
  localSockaddr(): Uint8Array {
    const fd = this.open("getsockname");
    lengthSpace[0] = SOCKADDR_SIZE;
    check(libc().getsockname(fd, sockaddrSpace, lengthSpace), "getsockname");
    return takeSockaddr();
  }

  /**
   * `SIOCOUTQ`: bytes that were written and are still in the kernel's send buffer. TCP includes those that are sent and
   * not yet acknowledged; AF_SMC counts those that are not in the peer's memory yet.
   *
   * @returns The number of bytes.
   * @throws {SystemError} If the kernel cannot tell, such as `EINVAL` for a listener.
   */
  unsentBytes(): number {
    return unsentBytes(this.open("ioctl"));
  }

  /**
   * The socket's inode number, by which `/proc/net` and sock_diag(7) list it.
   *
   * @returns The inode number.
   * @throws {SystemError} If there is no `/proc` (`ENOENT`).
   */
  inode(): number {
    const path = new TextEncoder().encode(`/proc/self/fd/${this.open("readlink")}\0`);
    const target = new Uint8Array(64);
    const n = check(libc().readlink(path, target, BigInt(target.byteLength)), "readlink");
    return Number(/\d+/.exec(new TextDecoder().decode(target.subarray(0, n)))?.[0]);
  }

  /**
   * Calls back once the descriptor is closed or detached.
   *
   * @param callback What is called.
   * @returns A function that removes the callback.
   */
  onEnd(callback: () => void): () => void {
    return this.readiness.onEnd(callback);
  }

  /** Makes waits keep the program alive, as they do from the start. */
  ref(): void {
    this.readiness.referenced = true;
  }

  /** Lets the program end while this socket waits. Its waits are then polled every 10 ms. */
  unref(): void {
    this.readiness.referenced = false;
  }

  /**
   * Gives up the descriptor: from now on the caller owns it. It stays non-blocking. Pending waits are rejected.
   *
   * @returns The descriptor.
   * @throws {SystemError} If the socket is closed.
   */
  detach(): number {
    const fd = this.open("detach");
    this.#fd = -1;
    this.readiness.end(() => libraryError("EBADF", "detach", "Cannot go on waiting: the descriptor was given away"));
    return fd;
  }

  /** Closes the descriptor and rejects all pending waits. Closing again does nothing. */
  close(): void {
    if (this.#fd < 0) return;
    const fd = this.#release();
    try {
      this.beforeClose?.();
    } finally {
      closeNow(fd);
    }
  }

  /**
   * Closes like {@linkcode close}, but keeps the descriptor until the kernel's send buffer is empty: for families that
   * lose what is still in it.
   *
   * @param timeout Milliseconds to wait at most; then the rest is lost.
   * @returns Settles once the descriptor is closed.
   * @throws {SystemError} If not all was sent: in time (`ETIMEDOUT`), or because the other end is gone (`EPIPE`).
   */
  closeDrained(timeout: number): Promise<void> {
    return this.#fd < 0 ? Promise.resolve() : drainAndClose(this.#release(), timeout, this.beforeClose);
  }

  /** Closes the socket at the end of a `using` block. */
  [Symbol.dispose](): void {
    this.close();
  }

  /** The descriptor for a call; throws if it is closed. */
  protected open(syscall: string): number {
    if (this.#fd < 0) throw closedError(syscall);
    return this.#fd;
  }

  #checked(level: number, number: number, value: Uint8Array): Uint8Array {
    return this.beforeOption === undefined ? value : this.beforeOption(level, number, value);
  }

  /** Takes the descriptor, to close it. */
  #release(): number {
    const fd = this.#fd;
    this.#fd = -1;
    this.readiness.end(() => libraryError("EBADF", "close", "Cannot go on waiting: the socket was closed"));
    return fd;
  }
}

function checkName(level: number, number: number): void {
  within("use an option", "level", level, INT_MAX);
  within("use an option", "number", number, INT_MAX);
}

/** Reads an option that is an `int`, of a descriptor that nobody owns yet. */
export function readOption(fd: number, level: number, number: number): number {
  lengthSpace[0] = 4;
  optionSpace[0] = 0; // some options are shorter
  check(libc().getsockopt(fd, level, number, optionSpace, lengthSpace), "getsockopt");
  return optionSpace[0] ?? 0;
}

function closedError(syscall: string): Error {
  return libraryError("EBADF", syscall, `Cannot call ${syscall}: the socket is closed`);
}
