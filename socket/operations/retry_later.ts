import type { Direction } from "../operation.ts";

/** The part of whatever runs an operation that can try again after a while, where the kernel will raise no event. */
export interface RetryLater {
  /**
   * Tries the waiting operations again after a while.
   *
   * @param direction The queue of the waiting operations.
   * @param later Returns the pause in milliseconds.
   * @param destination The destination of the current operation, if only operations to it have to wait.
   */
  readyLater(direction: Direction, later: { next(): number }, destination?: string): void;
}
