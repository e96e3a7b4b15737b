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

/** setTimeout() takes no more milliseconds: what is longer is waited for in parts. */
export const MAX_DELAY = 2 ** 31 - 1;

/** Throws if an option is invalid or the signal is aborted already: to be called before any system call. */
export function checkWaitOptions(options: WaitOptions | undefined): void {
  if (options === undefined) return;
  if (typeof options !== "object" || options === null || options instanceof AbortSignal) {
    const kind = Object.prototype.toString.call(options);
    throw new TypeError(
      `Cannot wait as the options are no object with a signal or a timeout: current value is ${kind}`,
    );
  }
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
