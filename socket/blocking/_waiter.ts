import { timeoutError } from "../../checks/timeout_error.ts";
import { C } from "../../ffi/constants.ts";
import { actionOf } from "../../ffi/error.ts";
import type { Operation } from "../operation.ts";
import { setBlocking } from "./_set_blocking.ts";
import { deadlineIn, Pause, waitFor } from "./_wait.ts";

/** An operation whose system call takes flags. */
export interface FlaggedOperation<T> extends Operation<T> {
  /** The `MSG_*` flags of the call. */
  readonly flags: number;
}

/** Blocks until the operations of one socket have their results. */
export class Waiter {
  readonly pause = new Pause();
  readonly #address: () => string | undefined;
  /** Whether the descriptor blocks: it does after the first receive that has to wait without a timeout. */
  #blocks = false;

  /** @param address The address that a wait is about, for the error of a timeout. */
  constructor(address: () => string | undefined) {
    this.#address = address;
  }

  /**
   * Blocks until a receiving call has its result: without a timeout, in the call itself, as in C, which wakes up
   * fastest; else in a poll(2) before the call.
   */
  read<T>(fd: number, operation: FlaggedOperation<T>, timeout: number): T {
    const isUrgent = (operation.flags & C.MSG_OOB) !== 0;
    if (timeout === Infinity && !isUrgent) return this.#runInKernel(fd, operation);
    return this.run(fd, isUrgent ? C.POLLPRI : C.POLLIN, operation, timeout, "poll first");
  }

  /** Blocks in poll(2) until a non-blocking operation has its result. */
  run<T>(fd: number, events: number, operation: Operation<T>, timeout: number, first?: "poll first"): T {
    const deadline = deadlineIn(timeout);
    try {
      if (first !== undefined) waitFor(fd, events, deadline); // if it was in vain, the call reports it
      for (;;) {
        const value = operation.attempt();
        if (value !== undefined) return value;
        if (!(this.pause.take(deadline) ?? waitFor(fd, events, deadline))) {
          throw timeoutError(actionOf(operation.syscall, operation.address() ?? this.#address()), timeout);
        }
      }
    } catch (error) {
      throw operation.rejection(error, false);
    }
  }

  /** Makes the descriptor non-blocking again. */
  unblock(fd: number): void {
    if (this.#blocks) this.#blocks = setBlocking(fd, false);
  }

  /** Blocks in the system call of an operation, one slice of time after another, until it has its result. */
  #runInKernel<T>(fd: number, operation: FlaggedOperation<T>): T {
    try {
      for (;;) {
        const value = operation.attempt();
        if (value !== undefined) return value;
        if (!this.#blocks) this.#blocks = setBlocking(fd, true);
      }
    } catch (error) {
      throw operation.rejection(error, false);
    }
  }
}
