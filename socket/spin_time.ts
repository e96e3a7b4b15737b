import { poller } from "./poller.ts";

/**
 * Sets for how long the poller of this isolate goes on asking the kernel after the last event, before it waits off the
 * event loop. While it asks, an answer is taken within a microsecond or two, and one processor core is busy; waking up
 * takes some 40 µs on Deno. Longer pays where peers answer in more than the default 0.05 ms: an emulated or a distant one.
 *
 * Permission: `--allow-ffi`.
 *
 * @param milliseconds The time, 0 or more; 0 waits at once.
 * @throws {RangeError} If the time is not 0 or more.
 *
 * @example Usage
 * ```ts
 * import { setSpinTime } from "@berkeley/sockets/socket";
 * import { assertThrows } from "@std/assert";
 *
 * setSpinTime(0.2);
 * assertThrows(() => setSpinTime(-1), RangeError);
 * setSpinTime(0.05);
 * ```
 */
export function setSpinTime(milliseconds: number): void {
  if (!(milliseconds >= 0 && milliseconds < Infinity)) {
    throw new RangeError(`Cannot spin for a time that is not 0 or more milliseconds: current value is ${milliseconds}`);
  }
  poller().spin = milliseconds;
}
