import type { Backend } from "../native.ts";
import { builtin } from "./builtin.ts";

type EpollWait = Backend["background"]["epoll_wait"];

/** A watch on one descriptor by the event loop of the runtime. While it is started, it keeps the program alive. */
export interface PollHandle {
  /** Starts: calls back once, as soon as the descriptor is readable. */
  start(): void;
  /** Stops. */
  stop(): void;
}

/** epoll_wait(2) at once. */
export type TakeEvents = (...args: Parameters<EpollWait>) => number;

/**
 * Makes `epoll_wait` of a watch on the epoll descriptor: no thread waits, the runtime's loop does. There may be one
 * wait at a time for each descriptor.
 *
 * @param take Takes the events that are there.
 * @param open Makes the watch on a descriptor, stopped.
 */
export function epollWaitOnLoop(
  take: TakeEvents,
  open: (fd: number, onReadable: () => void) => PollHandle,
): EpollWait {
  // A watch is kept: stopped, it holds nothing of the kernel's, so that it serves the number after a close too.
  const waits = new Map<number, Wait>();
  return (epfd, events, max, timeout) => {
    let wait = waits.get(epfd);
    if (wait === undefined) waits.set(epfd, wait = new Wait(take, epfd, open));
    return wait.wait(events, max, timeout);
  };
}

/** Milliseconds that a thread of a thread waits at once: for so long neither of them can be ended. */
const SLICE = 200;

/**
 * Makes `epoll_wait` of one that runs off the event loop, in a `Worker` of Node: there the loop refuses to be closed
 * with a foreign watch on it, and the whole program would end with the worker.
 */
export function epollWaitInSlices(wait: EpollWait): EpollWait {
  return async (epfd, events, max, timeout) => {
    const end = timeout < 0 ? Infinity : performance.now() + timeout;
    for (;;) {
      const rest = Math.max(Math.ceil(end - performance.now()), 0);
      const n = await wait(epfd, events, max, Math.min(rest, SLICE));
      if (n !== 0 || rest <= SLICE) return n;
    }
  };
}

/** Whether this is the thread that the program began with. */
export function isMainThread(): boolean {
  return builtin<{ isMainThread: boolean }>("node:worker_threads")?.isMainThread ?? true;
}

class Wait {
  readonly #take: TakeEvents;
  readonly #epfd: number;
  readonly #handle: PollHandle;
  #look = (): void => {};

  constructor(take: TakeEvents, epfd: number, open: (fd: number, onReadable: () => void) => PollHandle) {
    this.#take = take;
    this.#epfd = epfd;
    this.#handle = open(epfd, () => this.#look());
  }

  wait(events: bigint, max: number, timeout: number): Promise<number> {
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const end = (n: number): void => {
        this.#handle.stop();
        this.#look = () => {}; // a call that is on its way must not take events that nobody gets
        clearTimeout(timer);
        resolve(n);
      };
      this.#look = () => {
        const n = this.#take(this.#epfd, events, max, 0);
        if (n !== 0) end(n);
        else this.#handle.start(); // someone else took the events
      };
      if (timeout >= 0) timer = setTimeout(() => end(0), timeout);
      this.#handle.start();
    });
  }
}
