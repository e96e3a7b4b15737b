import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { closedError, Descriptor, hooksOf } from "./descriptor.ts";
import type { Addressed } from "./inspect.ts";
import type { Direction, Operation } from "./operation.ts";
import { drainAndClose } from "./operations/drain.ts";
import { Readiness } from "./polling/readiness.ts";
import { checkWaitOptions, type WaitOptions } from "./wait_options.ts";

/** Makes timeout errors of a descriptor's waits name the address of its owner. */
export let nameWaits: (descriptor: AsyncDescriptor, owner: Addressed) => void;

/**
 * Owns a socket's descriptor and waits on it with promises, on the event loop. {@linkcode Socket} adds sending and
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
   * Tracks when it can be read and written.
   *
   * @internal
   */
  protected readonly readiness: Readiness;

  static {
    nameWaits = (descriptor, owner) => descriptor.readiness.owner = owner;
  }

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
   * Runs your own operation on the descriptor: immediately if no other operation is waiting before it, else in its
   * turn. It tries again each time the descriptor is ready, as long as it would block.
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
    names?: Readonly<Record<string, true | "boolean">>,
  ): Promise<T> {
    if (arguments.length > 4) {
      return refuseArguments("call run", arguments.length, "direction", "operation", "{ signal, timeout }", "names");
    }
    if (this.number < 0) {
      if (options?.progress) options.progress.done = 0;
      return Promise.reject(closedError(operation.syscall));
    }
    if (options !== undefined) {
      try {
        options = checkWaitOptions(`call ${operation.syscall}`, options, names);
      } catch (error) {
        return Promise.reject(error);
      }
      if (this.number < 0) return Promise.reject(closedError(operation.syscall)); // an option's getter closed it
    }
    return this.readiness.run(direction, operation, options);
  }

  /**
   * Calls back once the descriptor is closed or detached.
   *
   * @param callback The function to call.
   * @returns A function that removes the callback.
   */
  onEnd(callback: () => void): () => void {
    checkArgumentCount("call onEnd", arguments.length, "callback");
    return this.readiness.onEnd(callback);
  }

  /**
   * Whether waits keep the program alive; `callback` is called after each change.
   *
   * @returns A function that returns the current state, and one that removes the callback.
   * @internal
   */
  watchReference(callback: () => void): { isReferenced: () => boolean; stop: () => void } {
    checkArgumentCount("call watchReference", arguments.length, "callback");
    const { readiness } = this;
    return { isReferenced: () => readiness.referenced, stop: readiness.onReference(callback) };
  }

  /** Makes waits keep the program alive, which is the default. */
  ref(): void {
    checkArgumentCount("call ref", arguments.length);
    this.readiness.referenced = true;
  }

  /** Lets the program end while this socket waits. */
  unref(): void {
    checkArgumentCount("call unref", arguments.length);
    this.readiness.referenced = false;
  }

  /**
   * Closes like {@linkcode close}, but keeps the descriptor until the kernel's send buffer is empty: for families that
   * lose the data that is still in it.
   *
   * @param timeout Milliseconds to wait at most; after that the rest is lost.
   * @returns A promise that settles once the descriptor is closed.
   * @throws {SystemError} If not all data was sent because the other end is gone (`EPIPE`).
   * @throws {DOMException} `TimeoutError` if not all data was sent in time.
   */
  closeDrained(timeout: number): Promise<void> {
    if (arguments.length > 1) return refuseArguments("call closeDrained", arguments.length, "timeout");
    return this.number < 0 ? Promise.resolve() : drainAndClose(this.release(), timeout, hooksOf(this).beforeClose);
  }

  /** Rejects all pending waits. */
  protected override ended(error: () => Error, isLast: boolean): void {
    this.readiness.end(error, isLast);
  }
}
