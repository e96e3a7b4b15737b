import { systemError } from "../error.ts";
import type { Backend, Watch } from "../native.ts";
import { layout, system } from "../system.ts";
import { TimerWatch } from "./timer_watch.ts";

const { EFD_CLOEXEC, EFD_NONBLOCK, EPOLL_CLOEXEC, EPOLL_CTL_ADD, EPOLLET, EPOLLIN } = system.constants;

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
  readonly #epfd: number;
  readonly #eventfd: number;
  /** In libc's memory: the isolate may end before the call does. */
  readonly #events: bigint;
  #isStarted = false;
  #isWaiting = false;
  #isReferenced = true;
  #isClosed = false;

  /** @param longest The most milliseconds that one call takes: the thread cannot be terminated meanwhile. */
  constructor(calls: ThreadCalls, fd: number, longest: number, onReadable: () => void) {
    const { libc, errno } = calls;
    this.#calls = calls;
    this.#longest = longest;
    this.#onReadable = onReadable;
    this.#timer = new TimerWatch(() => this.#fire());
    this.#timer.reference(false);
    this.#epfd = libc.epoll_create1(EPOLL_CLOEXEC);
    this.#eventfd = libc.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    this.#events = libc.calloc(2n, BigInt(layout.epollEventSize));
    if (this.#eventfd >= 0 && this.#add(fd, EPOLLIN) && this.#add(this.#eventfd, EPOLLIN | EPOLLET)) return;
    const error = errno();
    this.close();
    throw systemError(error, "epoll_create1");
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
    const { libc } = this.#calls;
    if (this.#epfd >= 0) libc.close(this.#epfd);
    if (this.#eventfd >= 0) libc.close(this.#eventfd);
    libc.free(this.#events);
  }

  #go(): void {
    if (!this.#isReferenced) this.#timer.start();
    else if (!this.#isWaiting) void this.#wait();
  }

  async #wait(): Promise<void> {
    this.#isWaiting = true;
    const n = await this.#calls.background.epoll_wait(this.#epfd, this.#events, 2, this.#longest);
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
    this.#calls.libc.write(this.#eventfd, ONE, 8n); // it is edge-triggered and never read: each write is an event
  }

  #add(fd: number, events: number): boolean {
    const event = new Int32Array(layout.epollEventSize / 4);
    event[0] = events;
    return this.#calls.libc.epoll_ctl(this.#epfd, EPOLL_CTL_ADD, fd, event) === 0;
  }
}
