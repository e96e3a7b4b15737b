import { C } from "../../ffi/constants.ts";
import type { Operation } from "../operation.ts";
import { poller } from "../polling/poller.ts";
import { SpinHistory } from "../polling/spin_history.ts";

/** An operation whose system call takes flags. */
export interface FlaggedOperation<T> extends Operation<T> {
  /** The `MSG_*` flags of the next call. */
  flags: number;
}

/** A gap of up to this many times the spin counts as short: it includes the wake-up. */
const SHORT_GAP = 2;

/**
 * Asks the kernel for a while before a socket blocks, as the poller does, and as long as it pays off: a thread that is
 * awake sees an answer sooner than one that has to be woken. `setSpinTime()` sets how long.
 */
export class Spin {
  readonly #history = new SpinHistory();
  #last = 0;

  /** Tries an operation without blocking until it has its result; `undefined` if it should block now. */
  meet<T>(operation: FlaggedOperation<T>): T | undefined {
    const { spin } = poller();
    if (spin === 0 || !this.#history.pays) return undefined;
    const { flags } = operation;
    operation.flags = flags | C.MSG_DONTWAIT;
    const end = performance.now() + spin;
    do {
      const value = operation.attempt();
      if (value !== undefined) {
        this.#history.met();
        return value;
      }
    } while (performance.now() < end);
    operation.flags = flags;
    this.#history.missed();
    return undefined;
  }

  /** A call that blocked has its result. */
  woke(): void {
    const now = performance.now();
    this.#history.woke(now - this.#last < SHORT_GAP * poller().spin);
    this.#last = now;
  }
}
