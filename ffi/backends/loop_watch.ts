import type { Backend, Watch } from "../native.ts";
import { host, isMainThread } from "./builtin.ts";

/** Milliseconds of one wait in a Node thread: the thread cannot be terminated meanwhile. */
export const SLICE = 200;

/** A watch of libuv's on a descriptor, stopped at first: it calls back in each turn of the loop in which that is readable. */
export interface LoopPoll {
  start(): void;
  stop(): void;
  /** Sets whether it keeps the program alive, as it does from the start on. */
  reference(value: boolean): void;
  /** Stops for ever. */
  close(): void;
}

/** Makes one. */
type OpenLoopPoll = (fd: number, onReadable: () => void) => LoopPoll;

/** A watch by Node's own loop. Stopping and starting cost a system call each: it stops once a turn has passed without a start. */
class LoopWatch implements Watch {
  readonly #poll: LoopPoll;
  #isStarted = false;
  #isPolling = false;
  #isOver = false;
  /** Node runs the loop once more as it exits, and aborts if that calls back into JavaScript. */
  readonly #end = (): void => {
    this.#isOver = true;
    this.#poll.stop();
  };

  constructor(open: OpenLoopPoll, fd: number, onReadable: () => void) {
    this.#poll = open(fd, () => {
      if (!this.#isStarted) return this.#stop();
      this.#isStarted = false;
      onReadable();
      if (!this.#isStarted) setImmediate(() => this.#stop());
    });
    host().on("exit", this.#end);
  }

  start(): void {
    this.#isStarted = true;
    if (this.#isPolling || this.#isOver) return;
    this.#isPolling = true;
    this.#poll.start();
  }

  reference(value: boolean): void {
    this.#poll.reference(value);
  }

  close(): void {
    this.#isStarted = this.#isPolling = false;
    host().off("exit", this.#end);
    this.#poll.close();
  }

  #stop(): void {
    if (this.#isStarted || !this.#isPolling) return;
    this.#isPolling = false;
    this.#poll.stop();
  }
}

/**
 * A watch by Node's event loop, on the main thread only. A `Worker` has none: its loop refuses to close while a foreign
 * handle is on it, and the whole program would end with the worker.
 */
export function loopWatch(open: OpenLoopPoll): Backend["watch"] | undefined {
  return isMainThread() ? (fd, onReadable) => new LoopWatch(open, fd, onReadable) : undefined;
}
