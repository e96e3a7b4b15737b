import { closedError, Descriptor, hooksOf } from "./descriptor.ts";
import type { Direction, Operation } from "./operation.ts";
import { drainAndClose } from "./operations/drain.ts";
import { Readiness } from "./polling/readiness.ts";
import type { WaitOptions } from "./wait_options.ts";

/**
 * The owner of a socket's descriptor that waits on it by promises, on the event loop. {@linkcode Socket} adds sending and
 * receiving.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { type AsyncDescriptor, Socket } from "@berkeley/sockets/socket";
 * import { assert } from "@std/assert";
 *
 * const descriptor: AsyncDescriptor = Socket.open(C.AF_INET, C.SOCK_DGRAM);
 * let ended = false;
 * descriptor.onEnd(() => ended = true);
 * descriptor.close();
 * assert(ended);
 * ```
 */
export abstract class AsyncDescriptor extends Descriptor {
  /**
   * When it can be read and written.
   *
   * @internal
   */
  protected readonly readiness: Readiness;

  /**
   * Takes ownership of a descriptor.
   *
   * @param fd The descriptor, non-blocking.
   */
  constructor(fd: number) {
    super(fd);
    this.readiness = new Readiness(fd);
  }

  /**
   * Runs an operation of your own on the descriptor: at once if no other is waiting before it, else in its turn, and
   * again each time the descriptor is ready, as long as it would block.
   *
   * @param direction The queue that it joins.
   * @param operation The operation.
   * @param options How long to wait.
   * @param names The names that the options may have. Default: those of {@linkcode WaitOptions}.
   * @returns The result of the operation.
   */
  run<T>(
    direction: Direction,
    operation: Operation<T>,
    options?: WaitOptions,
    names?: Readonly<Record<string, true>>,
  ): Promise<T> {
    if (this.fd < 0) {
      if (options?.progress) options.progress.done = 0;
      return Promise.reject(closedError(operation.syscall));
    }
    return this.readiness.run(direction, operation, options, names);
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

  /**
   * Whether waits keep the program alive; `callback` hears each change.
   *
   * @returns What tells, and a function that removes the callback.
   * @internal
   */
  watchReference(callback: () => void): { isReferenced: () => boolean; stop: () => void } {
    const { readiness } = this;
    return { isReferenced: () => readiness.referenced, stop: readiness.onReference(callback) };
  }

  /** Makes waits keep the program alive, as they do from the start. */
  ref(): void {
    this.readiness.referenced = true;
  }

  /** Lets the program end while this socket waits. */
  unref(): void {
    this.readiness.referenced = false;
  }

  /**
   * Closes like {@linkcode close}, but keeps the descriptor until the kernel's send buffer is empty: for families that
   * lose what is still in it.
   *
   * @param timeout Milliseconds to wait at most; then the rest is lost.
   * @returns Settles once the descriptor is closed.
   * @throws {SystemError} If not all was sent because the other end is gone (`EPIPE`).
   * @throws {DOMException} `TimeoutError` if not all was sent in time.
   */
  closeDrained(timeout: number): Promise<void> {
    return this.fd < 0 ? Promise.resolve() : drainAndClose(this.release(), timeout, hooksOf(this).beforeClose);
  }

  /** Rejects what waits. */
  protected override ended(error: () => Error): void {
    this.readiness.end(error);
  }
}
