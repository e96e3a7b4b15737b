import type { Backend, Bytes } from "./native.ts";

/** A watch on one descriptor by the event loop of the runtime. While it is started, it keeps the program alive. */
export interface PollHandle {
  /** Starts to call back while the descriptor is readable. */
  start(): void;
  /** Stops. */
  stop(): void;
}

/**
 * Makes `epoll_wait` of a watch on the epoll descriptor: no thread waits, the runtime's loop does. There may be one
 * wait at a time for each descriptor.
 *
 * @param open Makes the watch on a descriptor, stopped.
 */
export function epollWaitOnLoop(
  libc: Backend["libc"],
  open: (fd: number, onReadable: () => void) => PollHandle,
): Backend["background"]["epoll_wait"] {
  // A watch is kept: stopped, it holds nothing of the kernel's, so that it serves the number after a close too.
  const waits = new Map<number, Wait>();
  return (epfd, events, max, timeout) => {
    let wait = waits.get(epfd);
    if (wait === undefined) waits.set(epfd, wait = new Wait(libc, epfd, open));
    return wait.wait(events, max, timeout);
  };
}

class Wait {
  readonly #libc: Backend["libc"];
  readonly #epfd: number;
  readonly #handle: PollHandle;
  #look = (): void => {};

  constructor(libc: Backend["libc"], epfd: number, open: (fd: number, onReadable: () => void) => PollHandle) {
    this.#libc = libc;
    this.#epfd = epfd;
    this.#handle = open(epfd, () => this.#look());
  }

  wait(events: Bytes, max: number, timeout: number): Promise<number> {
    return new Promise((resolve) => {
      let timer: ReturnType<typeof setTimeout> | undefined;
      const end = (n: number): void => {
        this.#handle.stop();
        clearTimeout(timer);
        resolve(n);
      };
      this.#look = () => {
        const n = this.#libc.epoll_wait(this.#epfd, events, max, 0);
        if (n !== 0) end(n); // else someone else took the events
      };
      if (timeout >= 0) timer = setTimeout(() => end(0), timeout);
      this.#handle.start();
    });
  }
}
