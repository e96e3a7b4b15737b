import { C } from "../../ffi/constants.ts";
import { actionOf, isSystemError } from "../../ffi/error.ts";
import { ADDRESS, type Addressed } from "../inspect.ts";
import type { Direction, Operation, OperationQueue as Queue } from "../operation.ts";
import { Backoff } from "../operations/backoff.ts";
import type { RetryLater } from "../operations/retry_later.ts";
import { type WaitOptions, watchForEnd } from "../wait_options.ts";
import { poller, type Watched } from "./poller.ts";
import { append, emptyQueue, unlink } from "./queue.ts";
import { isTurnOver, mayGoOn, nextTurn, turnBegins } from "./turn.ts";
import { unrefTimeout } from "./unref_timeout.ts";

const READ_EVENTS = C.EPOLLIN | C.EPOLLPRI | C.EPOLLRDHUP | C.EPOLLHUP | C.EPOLLERR;
const WRITE_EVENTS = C.EPOLLOUT | C.EPOLLHUP | C.EPOLLERR;
const URGENT_EVENTS = C.EPOLLPRI | C.EPOLLRDHUP | C.EPOLLHUP | C.EPOLLERR;
/** After one of these the end of the stream may follow the data, without another edge. */
const END_EVENTS = C.EPOLLRDHUP | C.EPOLLHUP | C.EPOLLERR | C.EPOLLPRI;
/** The kernel's errors if there is no room for the poller. */
const SHORTAGES = ["EMFILE", "ENFILE", "ENOMEM", "ENOSPC"];
const INTEREST = C.EPOLLIN | C.EPOLLPRI | C.EPOLLRDHUP | C.EPOLLET;

/**
 * Runs the operations of one descriptor: try first, then wait, in order.
 *
 * The descriptor is registered with the poller at the first wait, and for writing at the first wait to write, so that a
 * socket whose peer keeps up never hears of room in its send buffer.
 *
 * @example A read waits here, and is tried again when there is data
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
export class Readiness implements RetryLater, Watched {
  readonly #fd: number;
  readonly #reads: Queue = emptyQueue(INTEREST);
  readonly #writes: Queue = emptyQueue(INTEREST | C.EPOLLOUT);
  /** Made on first use: few sockets have urgent data. */
  #urgent: Queue | undefined;
  /** The queues of full destinations. */
  #destinations: Map<string, Queue> | undefined;
  /** Set while an operation is tried: the queue that it has to wait in instead of its own. */
  #aside: Queue | undefined;
  #interest = 0;
  #waits = 0;
  #referenced = true;
  /** The {@linkcode END_EVENTS} that have occurred. */
  #ending = 0;
  #ends: Set<() => void> | undefined;
  #references: Set<() => void> | undefined;
  #shortage: Backoff | undefined;
  /** What tells the address that the waits are about. */
  owner: Addressed | undefined;

  /**
   * Assumes at first that both directions are ready.
   *
   * @param fd The descriptor, non-blocking; borrowed.
   */
  constructor(fd: number) {
    this.#fd = fd;
  }

  /**
   * Runs an operation: immediately if no other waits before it, else in its turn and once the descriptor is ready.
   *
   * @param options How long to wait; checked.
   */
  run<T>(
    direction: Direction,
    operation: Operation<T>,
    options: WaitOptions | undefined,
  ): Promise<T> {
    let queue = this.#queueFor(direction, operation);
    operation.progress = options?.progress;
    try {
      if (queue.ready && queue.head === undefined) {
        const value = mayGoOn() ? operation.attempt() : undefined;
        if (value !== undefined) return Promise.resolve(value);
        queue = this.#takeAside() ?? queue;
        this.#block(queue);
      } else {
        this.#register(queue);
      }
    } catch (error) {
      return Promise.reject(operation.rejection(error, false));
    }
    return new Promise<T>((resolve, reject) => {
      operation.resolve = resolve;
      operation.reject = reject;
      append(queue, operation);
      this.#waits++;
      poller().retain(this.#referenced);
      if (options !== undefined) {
        operation.stopWatching = watchForEnd(
          options,
          () => actionOf(operation.syscall, operation.address() ?? this.owner?.[ADDRESS]()),
          (error, aborted) => {
            if (aborted || !this.#lastTry(operation)) this.#cancel(operation, error, aborted);
          },
        );
      }
    });
  }

  /** Call this when a stream was read empty, so that the next read waits instead of asking the kernel. */
  drained(): void {
    if (this.#ending === 0) this.#reads.ready = false;
  }

  /** Whether the kernel has reported that the other end has stopped sending. */
  get hungUp(): boolean {
    return (this.#ending & (C.EPOLLRDHUP | C.EPOLLHUP)) !== 0;
  }

  /**
   * Tries the waiting operations again after a while, where the kernel will raise no event. There is one timer at a
   * time: an event also causes a try, which requests the next one.
   *
   * @param later Returns the pause in milliseconds; called only if no timer runs.
   * @param destination The destination of the current operation, if it has to wait for that destination while later
   * operations continue.
   */
  readyLater(direction: Direction, later: { next(): number }, destination?: string): void {
    const queue = destination === undefined ? this.#queue(direction) : this.#aside = this.#destination(destination);
    if (queue.timed) return;
    queue.timed = true;
    unrefTimeout(() => {
      queue.timed = false;
      this.#proceed(queue);
    }, later.next());
  }

  /** Handles an event. Urgent data comes first: a read past its position discards it. */
  ready(events: number): void {
    this.#ending |= events & END_EVENTS;
    if (this.#urgent !== undefined && (events & URGENT_EVENTS) !== 0) this.#proceed(this.#urgent);
    if ((events & READ_EVENTS) !== 0) this.#proceed(this.#reads);
    if ((events & WRITE_EVENTS) !== 0) this.#proceed(this.#writes);
  }

  /** Whether waits keep the program alive. */
  get referenced(): boolean {
    return this.#referenced;
  }

  /** Sets whether waits keep the program alive. */
  set referenced(value: boolean) {
    if (value === this.#referenced) return;
    for (let i = 0; i < this.#waits; i++) {
      poller().retain(value);
      poller().release(this.#referenced);
    }
    this.#referenced = value;
    for (const callback of this.#references ?? []) callback();
  }

  /**
   * Rejects every wait with its own error, and unregisters the descriptor, which is still open.
   *
   * @param isLast Whether it is closed next, and has no duplicate.
   */
  end(error: () => unknown, isLast: boolean): void {
    this.#reject(this.#reads, error);
    this.#reject(this.#writes, error);
    if (this.#urgent !== undefined) this.#reject(this.#urgent, error);
    for (const queue of this.#destinations?.values() ?? []) this.#reject(queue, error);
    if (this.#interest !== 0) {
      if (isLast) poller().forget(this.#fd);
      else poller().remove(this.#fd);
    }
    this.#interest = 0;
    for (const callback of this.#ends ?? []) callback();
  }

  /**
   * Calls back once the descriptor is closed or detached.
   *
   * @returns A function that removes the callback.
   */
  onEnd(callback: () => void): () => void {
    const ends = this.#ends ??= new Set();
    ends.add(callback);
    return () => ends.delete(callback);
  }

  /**
   * Calls back each time that {@linkcode referenced} changes.
   *
   * @returns A function that removes the callback.
   */
  onReference(callback: () => void): () => void {
    const references = this.#references ??= new Set();
    references.add(callback);
    return () => references.delete(callback);
  }

  #queue(direction: Direction): Queue {
    if (direction === "read") return this.#reads;
    return direction === "write" ? this.#writes : this.#urgent ??= emptyQueue(INTEREST);
  }

  #queueFor(direction: Direction, operation: Operation<unknown>): Queue {
    if (direction === "write" && this.#destinations !== undefined && this.#destinations.size > 0) {
      const destination = operation.destination();
      const queue = destination === undefined ? undefined : this.#destinations.get(destination);
      if (queue !== undefined) return queue;
    }
    return this.#queue(direction);
  }

  #destination(destination: string): Queue {
    const queues = this.#destinations ??= new Map();
    let queue = queues.get(destination);
    if (queue === undefined) queues.set(destination, queue = emptyQueue(INTEREST | C.EPOLLOUT, destination));
    return queue;
  }

  #takeAside(): Queue | undefined {
    const queue = this.#aside;
    this.#aside = undefined;
    return queue;
  }

  #reject(queue: Queue, error: () => unknown): void {
    while (queue.head !== undefined) {
      const operation = this.#shift(queue);
      operation.reject(operation.rejection(error(), false));
    }
  }

  /** After a try without a result: waits for an event, or for the next turn if that was why. */
  #block(queue: Queue): void {
    if (!isTurnOver()) {
      queue.ready = false;
      this.#register(queue);
    } else if (!queue.deferred) {
      queue.deferred = true;
      nextTurn(() => {
        queue.deferred = false;
        this.#proceed(queue);
      });
    }
  }

  #register(queue: Queue): void {
    const interest = this.#interest | queue.interest;
    if (interest === this.#interest) return;
    try {
      if (this.#interest === 0) poller().add(this.#fd, interest, this);
      else poller().modify(this.#fd, interest);
    } catch (error) {
      if (!SHORTAGES.some((code) => isSystemError(error, code))) throw error;
      return this.#tryLater(queue);
    }
    this.#interest = interest;
    this.#shortage = undefined;
  }

  /** There is no room to wait for an event: tries again after a while, as long as an operation waits. */
  #tryLater(queue: Queue): void {
    if (queue.deferred) return; // a timer of readyLater() is not enough: it does not keep the program alive
    queue.deferred = true;
    const again = (): void => {
      queue.deferred = false;
      this.#proceed(queue);
    };
    const delay = (this.#shortage ??= new Backoff(5, 1000)).next();
    if (this.#referenced) setTimeout(again, delay);
    else unrefTimeout(again, delay);
  }

  #proceed(queue: Queue): void {
    queue.ready = true;
    while (queue.head !== undefined && queue.ready) {
      const pending = queue.head;
      let value: unknown;
      try {
        value = mayGoOn() ? pending.attempt() : undefined;
        if (value === undefined && queue.head === pending) {
          const other = this.#takeAside() ?? queue;
          if (other !== queue) append(other, this.#unlink(pending));
          this.#block(other);
          if (other === queue) return;
          continue;
        }
      } catch (error) {
        if (queue.head !== pending) continue;
        this.#shift(queue).reject(pending.rejection(error, false));
        continue;
      }
      if (queue.head !== pending) continue; // it closed the socket or ended its own wait, so it was already rejected
      this.#shift(queue);
      pending.resolve(value as never);
    }
  }

  /**
   * Tries an operation whose time is over once more: the timer may come before the event of what has arrived, and with a
   * timeout of 0 it often does. Returns whether that ended the wait.
   */
  #lastTry(operation: Operation<unknown>): boolean {
    const { queue } = operation;
    if (queue === undefined) return false;
    turnBegins();
    this.#proceed(queue);
    return operation.stopWatching === undefined;
  }

  #shift(queue: Queue): Operation<unknown> {
    const pending = this.#unlink(queue.head as Operation<unknown>);
    this.#forget(pending);
    return pending;
  }

  #cancel(pending: Operation<unknown>, error: unknown, aborted: boolean): void {
    this.#forget(this.#unlink(pending));
    pending.reject(pending.rejection(error, aborted));
  }

  #unlink(pending: Operation<unknown>): Operation<unknown> {
    const queue = unlink(pending);
    if (queue.head === undefined && queue.destination !== undefined) this.#destinations?.delete(queue.destination);
    return pending;
  }

  #forget(pending: Operation<unknown>): void {
    pending.stopWatching?.();
    pending.stopWatching = undefined;
    this.#waits--;
    poller().release(this.#referenced);
  }
}
