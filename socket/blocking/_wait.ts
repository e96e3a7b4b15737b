import { systemError } from "../../ffi/error.ts";
import { outcome } from "../../ffi/gate.ts";
import { libc } from "../../ffi/libc.ts";
import type { Direction } from "../operation.ts";
import { EINTR } from "../operations/kernel_numbers.ts";
import type { RetryLater } from "../operations/retry_later.ts";

/**
 * Milliseconds of one wait. Between two waits the thread runs JavaScript, where the runtime can end it: by
 * `worker.terminate()`, or because the program exits.
 */
export const SLICE = 250;

// Used within one synchronous call.
const one = new Int32Array(2);
const NONE = new Int32Array(0);

/** The time `timeout` milliseconds from now. */
export function deadlineIn(timeout: number): number {
  return timeout === Infinity ? Infinity : performance.now() + timeout;
}

/**
 * Waits with poll(2) until a descriptor is ready, or the time is over.
 *
 * ```c
 * struct pollfd {
 *   int   fd;       // 0
 *   short events;   // 4
 *   short revents;  // 6
 * };
 * ```
 *
 * @param fds An array of `struct pollfd`, two words each: the kernel writes `revents` into the high half of the second.
 * @param deadline When to stop, as `performance.now()` counts; it never stops earlier.
 * @returns How many are ready: 0 after the deadline.
 */
export function pollUntil(fds: Int32Array, deadline: number): number {
  const count = fds === one ? 1n : BigInt(fds.length >> 1); // a bigint is slow to make
  for (;;) {
    const rest = deadline === Infinity ? Infinity : Math.max(0, Math.ceil(deadline - performance.now()));
    const n = outcome(libc().poll(fds, count, Math.min(rest, SLICE)));
    if (n > 0 || (n === 0 && rest <= SLICE)) return n;
    if (n < 0 && n !== -EINTR) throw systemError(-n, "poll");
  }
}

/** Waits until one descriptor has one of the `POLL*` events, or an error; returns whether it has. */
export function waitFor(fd: number, events: number, deadline: number): boolean {
  one[0] = fd;
  one[1] = events;
  return pollUntil(one, deadline) > 0;
}

/** Sleeps until then. */
export function sleepUntil(deadline: number): void {
  pollUntil(NONE, deadline);
}

/** Makes the pauses that an operation asks for where the kernel raises no event. */
export class Pause implements RetryLater {
  #time: number | undefined;

  /** Asks for a pause before the next try. */
  readyLater(_direction: Direction, later: { next(): number }): void {
    this.#time = later.next();
  }

  /**
   * Makes the pause that was asked for.
   *
   * @returns Whether there is time for another try; `undefined` if no pause was asked for.
   */
  take(deadline: number): boolean | undefined {
    if (this.#time === undefined) return undefined;
    const now = performance.now();
    const end = now + this.#time;
    this.#time = undefined;
    if (now >= deadline) return false;
    sleepUntil(Math.min(end, deadline));
    return true;
  }
}
