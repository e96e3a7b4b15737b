import { checkObject } from "../checks/check_object.ts";
import { checkSignal } from "../checks/check_signal.ts";
import { checkTimeout } from "../checks/check_timeout.ts";
import { onAbort } from "../checks/on_abort.ts";
import { checkOptions, type NameTable, type OptionNames } from "../checks/option_names.ts";
import { INT_MAX, within } from "../checks/within.ts";
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
 * One rule applies to everything that ends early. An abort rejects with the signal's reason itself. A timeout rejects
 * with a `DOMException` named `"TimeoutError"`, like that of `AbortSignal.timeout()`; `ETIMEDOUT` always comes from the
 * network. What was done until then stays done: a write may have sent its first bytes. Operations that wait after it
 * continue. `progress` always reports how much was done; errors other than a signal's reason also have it as
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
 * assert(progress.done > 0 && error.bytesWritten === progress.done); // the other end can read this many bytes
 * left.close();
 * right.close();
 * ```
 */
export interface WaitOptions {
  /** Ends the wait; the operation is rejected with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Milliseconds to wait at most; after that the operation is rejected with a `TimeoutError`.
   *
   * @default {Infinity}
   */
  timeout?: number;
  /** Where a rejected operation reports how much it did; 0 for operations that do all or nothing. */
  progress?: Progress;
}

/** The names of {@linkcode WaitOptions}. */
export const WAIT_OPTIONS: OptionNames<WaitOptions> = { progress: true, signal: true, timeout: true };

/** Picks the wait options out of others. */
export function waitOptionsOf({ progress, signal, timeout }: WaitOptions): WaitOptions {
  return {
    ...(progress === undefined ? {} : { progress }),
    ...(signal === undefined ? {} : { signal }),
    ...(timeout === undefined ? {} : { timeout }),
  };
}

/** The most milliseconds that setTimeout() takes: a longer wait is split. */
export const MAX_DELAY = 2 ** 31 - 1;

/**
 * Throws if an option is invalid or the signal is already aborted. Call it before any system call.
 *
 * @param action What waits, for errors: `Cannot <action>: …`.
 * @param options The options.
 * @param names The known option names.
 * @returns A copy of the options, which is what to use from here on: see {@linkcode checkOptions}.
 */
export function checkWaitOptions<T extends WaitOptions>(
  action: string,
  options: T,
  names: NameTable = WAIT_OPTIONS,
): T {
  options = checkOptions(action, options, names);
  const { signal, timeout, progress } = options;
  if (progress !== undefined) {
    checkObject(action, "progress", progress);
    progress.done = 0;
  }
  const { flags } = options as WaitOptions & { flags?: number };
  if (flags !== undefined) within(action, "value of flags", flags, INT_MAX);
  if (timeout !== undefined) checkTimeout(timeout);
  checkSignal(signal);
  signal?.throwIfAborted();
  return options;
}

/**
 * Calls `onEnd` once with the error that ends a wait early, and whether it is the signal's reason, which may be any
 * value. It does not keep the program alive: the wait does.
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
  const stop = onAbort(signal, () => onEnd(signal?.reason, true));
  return () => {
    clearTimeout(timer);
    stop();
  };
}
