import { C } from "../ffi/constants.ts";
import type { Operation } from "./operation.ts";
import { poller, type Watched } from "./poller.ts";
import { checkWaitOptions, type WaitOptions, watchForEnd } from "./wait_options.ts";

/** The two directions in which a socket waits. */
export type Direction = "read" | "write";

interface Queue {
  /** False after the kernel answered that the call would block: only an event sets it again. */
  ready: boolean;
  head: Operation<unknown> | undefined;
  tail: Operation<unknown> | undefined;
}

const READ_EVENTS = C.EPOLLIN | C.EPOLLPRI | C.EPOLLRDHUP | C.EPOLLHUP | C.EPOLLERR;
const WRITE_EVENTS = C.EPOLLOUT | C.EPOLLHUP | C.EPOLLERR;
/** After one of these the end of the stream may lie behind the data, and no further edge will tell. */
const END_EVENTS = C.EPOLLRDHUP | C.EPOLLHUP | C.EPOLLERR | C.EPOLLPRI;
const INTEREST = C.EPOLLIN | C.EPOLLPRI | C.EPOLLRDHUP | C.EPOLLET;

/**
 * When one descriptor can be read and written: try first, then wait, in order.
 *
 * The descriptor is registered with the poller at the first wait, and for writing at the first wait to write, so that a
 * socket whose peer keeps up never hears of room in its send buffer.
 *
 * @example A read waits here, and is tried again when there is something
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { Socket } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
 * const read = right.read(new Uint8Array(8));
 * await left.write(new Uint8Array([1, 2, 3]));
 * assertEquals(await read, 3);
 * left.close();
 * right.close();
 * ```
 */
export class Readiness implements Watched {
  readonly #fd: number;
  readonly #reads: Queue = { ready: true, head: undefined, tail: undefined };
  readonly #writes: Queue = { ready: true, head: undefined, tail: undefined };
  #interest = 0;
  #waits = 0;
  #referenced = true;
  #ending = false;

  /**
   * Starts with both directions taken to be ready.
   *
   * @param fd The descriptor, non-blocking; borrowed.
   */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Runs an operation: at once if nothing is before it, else when its turn and the readiness have come.
   */
  run<T>(direction: Direction, operation: Operation<T>, options?: WaitOptions): Promise<T> {
    const queue = direction === "read" ? this.#reads : this.#writes;
    try {
      if (options !== undefined) checkWaitOptions(options);
      if (queue.ready && queue.head === undefined) {
        const value = operation.attempt();
        if (value !== undefined) return Promise.resolve(value);
        queue.ready = false;
      }
      this.#register(direction);
    } catch (error) {
      return Promise.reject(operation.told(error));
    }
    return new Promise<T>((resolve, reject) => {
      operation.resolve = resolve;
      operation.reject = reject;
      if (queue.tail === undefined) queue.head = operation;
      else queue.tail.next = operation;
      queue.tail = operation;
      this.#waits++;
      poller().retain(this.#referenced);
      if (options !== undefined) {
        operation.stopWatching = watchForEnd(
          options,
          operation.syscall,
          (error) => this.#cancel(queue, operation, error),
        );
      }
    });
  }

  /** Says that a stream was read until it is empty, so that the next read waits instead of asking the kernel. */
  drained(): void {
    if (!this.#ending) this.#reads.ready = false;
  }

  /** Has what waits tried again after a while, where the kernel will raise no event. */
  readyLater(direction: Direction, delay: number): void {
    setTimeout(() => this.ready(direction === "read" ? C.EPOLLIN : C.EPOLLOUT), delay);
  }

  /** Takes an event. */
  ready(events: number): void {
    if ((events & END_EVENTS) !== 0) this.#ending = true;
    if ((events & READ_EVENTS) !== 0) this.#proceed(this.#reads);
    if ((events & WRITE_EVENTS) !== 0) this.#proceed(this.#writes);
  }

  /** Whether waits keep the program alive. */
  set referenced(value: boolean) {
    if (value === this.#referenced) return;
    for (let i = 0; i < this.#waits; i++) {
      poller().retain(value);
      poller().release(this.#referenced);
    }
    this.#referenced = value;
  }

  /** Rejects every wait, each with an error of its own, and forgets the descriptor, which is still open. */
  end(error: () => unknown): void {
    this.#reject(this.#reads, error);
    this.#reject(this.#writes, error);
    if (this.#interest !== 0) poller().remove(this.#fd);
    this.#interest = 0;
  }

  #reject(queue: Queue, error: () => unknown): void {
    while (queue.head !== undefined) {
      const operation = this.#shift(queue);
      operation.reject(operation.told(error()));
    }
  }

  #register(direction: Direction): void {
    const interest = this.#interest | INTEREST | (direction === "write" ? C.EPOLLOUT : 0);
    if (interest === this.#interest) return;
    if (this.#interest === 0) poller().add(this.#fd, interest, this);
    else poller().modify(this.#fd, interest);
    this.#interest = interest;
  }

  #proceed(queue: Queue): void {
    queue.ready = true;
    while (queue.head !== undefined && queue.ready) {
      const pending = queue.head;
      let value: unknown;
      try {
        value = pending.attempt();
      } catch (error) {
        this.#shift(queue).reject(pending.told(error));
        continue;
      }
      if (value === undefined) {
        queue.ready = false;
        return;
      }
      this.#shift(queue);
      pending.resolve(value as never);
    }
  }

  #shift(queue: Queue): Operation<unknown> {
    const pending = queue.head as Operation<unknown>;
    queue.head = pending.next;
    if (queue.head === undefined) queue.tail = undefined;
    this.#forget(pending);
    return pending;
  }

  #cancel(queue: Queue, pending: Operation<unknown>, error: unknown): void {
    let before: Operation<unknown> | undefined;
    for (let at = queue.head; at !== pending; at = at?.next) before = at;
    if (before === undefined) queue.head = pending.next;
    else before.next = pending.next;
    if (queue.tail === pending) queue.tail = before;
    this.#forget(pending);
    pending.reject(pending.told(error));
  }

  #forget(pending: Operation<unknown>): void {
    pending.stopWatching?.();
    this.#waits--;
    poller().release(this.#referenced);
  }
}
