import type { Direction } from "../operation.ts";

/** Whoever runs an operation: it is asked to try again after a while, where the kernel will raise no event. */
export interface RetryLater {
  /**
   * Tries what waits again after a while.
   *
   * @param direction What waits.
   * @param later Gives the pause in milliseconds.
   * @param destination What held up the operation that is tried now, if only what goes there has to wait.
   */
  readyLater(direction: Direction, later: { next(): number }, destination?: string): void;
}
