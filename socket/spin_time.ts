import { poller } from "./polling/poller.ts";

/**
 * Sets how long the poller of this isolate keeps asking the kernel after the last event, before it waits for the event
 * loop to wake it. While it asks, it sees an event within a microsecond or two, and keeps one processor core busy. It
 * asks only as long as it mostly finds an event, so this is an upper limit. A longer time pays off if peers take more
 * than the default 0.05 ms to answer.
 *
 * Permission: `--allow-ffi`.
 *
 * @param milliseconds The time, 0 or more; with 0 it waits immediately.
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
    throw new RangeError(`Cannot spin: the time must be 0 or more milliseconds: current value is ${milliseconds}`);
  }
  poller().spin = milliseconds;
}
