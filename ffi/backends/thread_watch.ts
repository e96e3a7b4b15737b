import { isSystemError, systemError } from "../error.ts";
import type { Backend, Owned, Watch } from "../native.ts";
import { layout, system } from "../system.ts";
import { TimerWatch } from "./timer_watch.ts";

const { EFD_CLOEXEC, EFD_NONBLOCK, EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLET, EPOLLIN } = system.constants;

/** The errors where too few descriptors are free, and the milliseconds before the next attempt. */
const SHORTAGES = ["EMFILE", "ENFILE"];
const PAUSE = 10;

const ONE = new BigUint64Array([1n]);

/** What a {@linkcode ThreadWatch} needs of its backend. */
export type ThreadCalls = Omit<Backend, "watch">;

/**
 * A watch that waits in `epoll_wait` off the event loop, which costs two thread switches per wake-up.
 *
 * A call off the event loop keeps the program alive: a watch that must not do so polls from time to time instead.
 */
export class ThreadWatch implements Watch {
  readonly #calls: ThreadCalls;
  readonly #onReadable: () => void;
  readonly #longest: number;
  readonly #timer: TimerWatch;
  /** Holds the descriptor, and an eventfd that ends the call. */
  readonly #epoll: Owned;
  readonly #eventfd: Owned;
  /** In libc's memory: the isolate may end before the call does. */
  readonly #events: bigint;
  #isStarted = false;
  #isWaiting = false;
  #isReferenced = true;
  #isClosed = false;

  /** @param longest The most milliseconds that one call takes: the thread cannot be terminated meanwhile. */
  constructor(calls: ThreadCalls, fd: number, longest: number, onReadable: () => void) {
    const { libc, errno, own } = calls;
    this.#calls = calls;
    this.#longest = longest;
    this.#onReadable = onReadable;
    this.#timer = new TimerWatch(() => this.#fire());
    this.#timer.reference(false);
    const epfd = libc.epoll_create1(EPOLL_CLOEXEC);
    const eventfd = libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const add = (added: number, events: number): boolean => {
      const event = new Int32Array(layout.epollEventSize / 4);
      event[0] = events;
      return libc.epoll_ctl(epfd, EPOLL_CTL_ADD, added, event) === 0;
    };
    if (eventfd < 0 || !add(fd, EPOLLIN) || !add(eventfd, EPOLLIN | EPOLLET)) {
      const error = errno();
      for (const opened of [epfd, eventfd]) if (opened >= 0) libc.close(opened);
      throw systemError(error, "epoll_create1");
    }
    this.#epoll = own(epfd);
    this.#eventfd = own(eventfd);
    this.#events = libc.calloc(2n, BigInt(layout.epollEventSize));
  }

  start(): void {
    this.#isStarted = true;
    this.#go();
  }

  reference(value: boolean): void {
    this.#isReferenced = value;
    if (!value && this.#isWaiting) this.#wake();
    if (this.#isStarted) this.#go();
  }

  close(): void {
    this.#isClosed = true;
    this.#isStarted = false;
    this.#timer.close();
    if (this.#isWaiting) return this.#wake();
    this.#epoll.close();
    this.#eventfd.close();
    this.#calls.libc.free(this.#events);
  }

  #go(): void {
    if (!this.#isReferenced) this.#timer.start();
    else if (!this.#isWaiting) void this.#wait();
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true;
    await this.#epoll.settled; // or the thread might wait for what has got the earlier number
    const n = await this.#calls.background.epoll_wait(this.#epoll.fd, this.#events, 2, this.#longest).catch(afterPause);
    this.#isWaiting = false;
    if (this.#isClosed) this.close();
    else if (n > 0 && this.#isReferenced) this.#fire();
    else if (this.#isStarted) this.#go();
  }

  #fire(): void {
    if (!this.#isStarted) return;
    this.#isStarted = false;
    this.#onReadable();
  }

  #wake(): void {
    this.#calls.libc.write(this.#eventfd.fd, ONE, 8n); // it is edge-triggered and never read: each write is an event
  }
}

/** There are too few descriptors to start a thread: until there are, the watch calls back at intervals. */
async function afterPause(error: unknown): Promise<number> {
  if (!SHORTAGES.some((code) => isSystemError(error, code))) throw error;
  await new Promise((resolve) => setTimeout(resolve, PAUSE));
  return 1;
}
