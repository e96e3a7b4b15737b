import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { libraryError } from "../ffi/error.ts";
import { unrefTimeout } from "./polling/unref_timeout.ts";

/** Options of every operation that may wait. */
export interface WaitOptions {
  /** Ends the wait; the operation is rejected with the signal's reason. */
  signal?: AbortSignal;
  /**
   * Milliseconds to wait at most; then the operation is rejected with an error whose `code` is `"ETIMEDOUT"`.
   *
   * @default {Infinity}
   */
  timeout?: number;
}

/** The names of {@linkcode WaitOptions}. */
export const WAIT_OPTIONS: OptionNames<WaitOptions> = { signal: true, timeout: true };

/** The wait options among others. */
export function waitOptionsOf({ signal, timeout }: WaitOptions): WaitOptions {
  return { ...(signal === undefined ? {} : { signal }), ...(timeout === undefined ? {} : { timeout }) };
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
  const { signal, timeout } = options;
  if (timeout !== undefined && !(typeof timeout === "number" && timeout >= 0)) {
    throw new RangeError(
      `Cannot wait for a timeout that is not 0 or more milliseconds: current value is ${quoted(timeout)}`,
    );
  }
  if (signal && typeof signal.addEventListener !== "function") {
    throw new TypeError(`Cannot wait for what is no AbortSignal: current value is ${quoted(signal)}`);
  }
  signal?.throwIfAborted();
}

/**
 * Calls `onEnd` once with the error that ends a wait early, and whether that is the signal's reason, which may be any
 * value. It does not keep the program alive: the wait does that.
 *
 * @returns A function that stops watching.
 */
export function watchForEnd(
  options: WaitOptions,
  syscall: string,
  onEnd: (error: unknown, aborted: boolean) => void,
): () => void {
  const { signal, timeout } = options;
  let timer: ReturnType<typeof setTimeout> | undefined;
  function wait(left: number): void {
    timer = unrefTimeout(() => {
      if (left > MAX_DELAY) wait(left - MAX_DELAY);
      else onEnd(libraryError("ETIMEDOUT", syscall, `Cannot ${syscall} in time: timeout is ${timeout} ms`), false);
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
