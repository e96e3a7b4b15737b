import { checkTimeout } from "../checks/check_timeout.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { timeoutError } from "../checks/timeout_error.ts";
import { unrefTimeout } from "./polling/unref_timeout.ts";

/** How much of an operation was done, for {@linkcode WaitOptions.progress}. */
export interface Progress {
  /** Bytes; the messages of a batch. */
  done: number;
}

/**
 * Options of every operation that may wait.
 *
 * One rule holds for all that ends early. An abort rejects with the signal's reason itself. A time-out rejects with a
 * `DOMException` whose `name` is `"TimeoutError"`, as `AbortSignal.timeout()` gives it: `ETIMEDOUT` is always the
 * network's own verdict. What was done until then stays done, and whoever waits behind goes on: a write may have sent
 * its first bytes. `progress` tells how much, in any case; errors other than a signal's reason also have it as
 * `bytesWritten`, `bytesRead` or `messagesSent`.
 *
 * @example Abort a write that the other end does not read
 * ```ts
 * import { socketPair } from "@berkeley/sockets/unix";
 * import { assert, assertEquals } from "@std/assert";
 *
 * const [left, right] = socketPair("stream");
 * const progress = { done: 0 };
 * const signal = AbortSignal.abort("not now");
 * const reason = await left.write(new Uint8Array(8), { signal, progress }).catch((error) => error);
 * assertEquals([reason, progress.done], ["not now", 0]);
 * const error = await left.write(new Uint8Array(1 << 24), { timeout: 10, progress }).catch((error) => error);
 * assertEquals(error.name, "TimeoutError");
 * assert(progress.done > 0 && error.bytesWritten === progress.done); // so many bytes the other end can read
 * left.close();
 * right.close();
 * ```
 */
export interface WaitOptions {
  /** Ends the wait; the operation is rejected with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Milliseconds to wait at most; then the operation is rejected with a `TimeoutError`.
   *
   * @default {Infinity}
   */
  timeout?: number;
  /** Where an operation that is rejected tells how much it did; 0 for what is done all at once. */
  progress?: Progress;
}

/** The names of {@linkcode WaitOptions}. */
export const WAIT_OPTIONS: OptionNames<WaitOptions> = { progress: true, signal: true, timeout: true };

/** The wait options among others. */
export function waitOptionsOf({ progress, signal, timeout }: WaitOptions): WaitOptions {
  return {
    ...(progress === undefined ? {} : { progress }),
    ...(signal === undefined ? {} : { signal }),
    ...(timeout === undefined ? {} : { timeout }),
  };
}

/** setTimeout() takes no more milliseconds: what is longer is waited for in parts. */
export const MAX_DELAY = 2 ** 31 - 1;

/**
 * Throws if an option is invalid or the signal is aborted already: to be called before any system call.
 *
 * @param action What waits, for errors: `Cannot <action>: …`.
 * @param options The options.
 * @param names The names that they may have.
 */
export function checkWaitOptions(
  action: string,
  options: WaitOptions,
  names: Readonly<Record<string, true>> = WAIT_OPTIONS,
): void {
  checkOptions(action, options, names);
  const { signal, timeout, progress } = options;
  if (progress !== undefined) {
    if (typeof progress !== "object" || progress === null) {
      throw new TypeError(`Cannot ${action} with progress that is no object: current value is ${quoted(progress)}`);
    }
    progress.done = 0;
  }
  if (timeout !== undefined) checkTimeout(timeout);
  if (signal && typeof signal.addEventListener !== "function") {
    throw new TypeError(`Cannot wait for what is no AbortSignal: current value is ${quoted(signal)}`);
  }
  signal?.throwIfAborted();
}

/**
 * Calls `onEnd` once with the error that ends a wait early, and whether that is the signal's reason, which may be any
 * value. It does not keep the program alive: the wait does that.
 *
 * @param action What waits, for the error: `Cannot <action> in time`.
 * @returns A function that stops watching.
 */
export function watchForEnd(
  options: WaitOptions,
  action: () => string,
  onEnd: (error: unknown, aborted: boolean) => void,
): () => void {
  const { signal, timeout } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function wait(left: number): void {
    timer = unrefTimeout(() => {
      if (left > MAX_DELAY) wait(left - MAX_DELAY);
      else onEnd(timeoutError(action(), timeout), false);
    }, Math.min(left, MAX_DELAY));
  }
  if (timeout !== undefined && timeout !== Infinity) wait(timeout);
  const onAbort = () => onEnd(signal?.reason, true);
  signal?.addEventListener("abort", onAbort, { once: true });
  return () => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  };
}
