import { C } from "../../ffi/constants.ts";
import { ForeignMemory } from "../../ffi/foreign_memory.ts";
import { check, outcome } from "../../ffi/gate.ts";
import { layout } from "../../ffi/system.ts";
import { background, libc } from "../../ffi/libc.ts";
import { unrefTimeout } from "./unref_timeout.ts";

/** What watches a descriptor. */
export interface Watched {
  /** Called with the `EPOLL*` bits of an event of the descriptor. */
  ready(events: number): void;
}

/** Events taken from the kernel in one call. */
const MAX_EVENTS = 256;

/** How often sockets are looked at when only unref'd waits are left, in milliseconds. */
const UNREF_INTERVAL = 10;

/** Milliseconds of one parked call: for so long a `Worker` that was terminated meanwhile keeps its thread busy. */
const MAX_PARK = 60_000;

const STRIDE = layout.epollEventSize / 4;
const DATA = layout.epollDataOffset / 4;

const { setImmediate } = globalThis as unknown as { setImmediate(callback: () => void): unknown };

/**
 * One epoll instance for all sockets of the isolate.
 *
 * A descriptor is registered once, edge-triggered; its events carry its number and a generation, so that a late event
 * for a number that was closed and reused is dropped. While there is activity the kernel is asked between turns of the
 * event loop; after {@linkcode Poller.spin} ms of silence one `epoll_wait` is parked off the loop. Nobody waiting:
 * nothing runs.
 */
export class Poller {
  /**
   * Milliseconds of silence before the poller parks. Longer answers faster after a pause, and costs more CPU.
   *
   * @default {0.05}
   */
  spin = 0.05;

  readonly #epfd: number;
  readonly #wakefd: number;
  readonly #watched: (Watched | undefined)[] = [];
  readonly #generations: number[] = [];
  #generation = 0;
  readonly #event = new Int32Array(STRIDE);
  readonly #events = new Int32Array(STRIDE * MAX_EVENTS);
  /** For the parked call, which runs beside a spinning loop; kept as long as the isolate. */
  readonly #parkedEvents = new ForeignMemory().allocate(layout.epollEventSize * MAX_EVENTS);
  #waits = 0;
  #unrefWaits = 0;
  #spinning = false;
  #parked = false;
  #woken = false;
  #timed = false;
  #deadline = 0;

  constructor() {
    this.#epfd = check(libc().epoll_create1(C.EPOLL_CLOEXEC), "epoll_create1");
    try {
      this.#wakefd = check(libc().eventfd(0, C.EFD_CLOEXEC | C.EFD_NONBLOCK), "eventfd");
    } catch (error) {
      libc().close(this.#epfd);
      throw error;
    }
    this.#control(C.EPOLL_CTL_ADD, this.#wakefd, C.EPOLLIN | C.EPOLLET, 0);
  }

  /** Watches a descriptor. Readiness that is there already is reported too. */
  add(fd: number, events: number, watched: Watched): void {
    const generation = this.#generation = (this.#generation + 1) & 0x7fffffff;
    this.#control(C.EPOLL_CTL_ADD, fd, events, generation);
    this.#watched[fd] = watched;
    this.#generations[fd] = generation;
  }

  /** Changes the events a watched descriptor is asked for. Readiness that is there already is reported again. */
  modify(fd: number, events: number): void {
    this.#control(C.EPOLL_CTL_MOD, fd, events, this.#generations[fd] ?? 0);
  }

  /** Stops watching; to be called before the descriptor is closed, since a duplicate would keep its events coming. */
  remove(fd: number): void {
    this.#watched[fd] = undefined;
    this.#control(C.EPOLL_CTL_DEL, fd, 0, 0);
  }

  /** Counts one more wait; one that is not `referenced` does not keep the program alive. */
  retain(referenced: boolean): void {
    if (referenced) this.#waits++;
    else this.#unrefWaits++;
    this.#schedule();
  }

  /** Counts one wait less. */
  release(referenced: boolean): void {
    if (referenced) this.#waits--;
    else this.#unrefWaits--;
    if (this.#waits === 0 && this.#parked) this.#schedule();
  }

  #control(operation: number, fd: number, events: number, generation: number): void {
    this.#event[0] = events;
    this.#event[DATA] = fd;
    this.#event[DATA + 1] = generation;
    check(libc().epoll_ctl(this.#epfd, operation, fd, this.#event), "epoll_ctl");
  }

  #schedule(): void {
    if (this.#spinning) return;
    if (this.#waits > 0 || this.#parked) {
      this.#spinning = true;
      this.#deadline = performance.now() + this.spin;
      setImmediate(this.#turn);
    } else if (this.#unrefWaits > 0 && !this.#timed) {
      this.#timed = true;
      unrefTimeout(this.#lookUnrefd, UNREF_INTERVAL);
    }
  }

  readonly #turn = (): void => {
    const n = this.#look();
    if (this.#waits === 0 && !this.#parked) {
      this.#spinning = false;
      this.#schedule();
    } else if (n > 0) {
      this.#deadline = performance.now() + this.spin;
      setImmediate(this.#turn);
    } else if (performance.now() < this.#deadline) {
      setImmediate(this.#turn);
    } else {
      this.#spinning = false;
      if (this.#waits === 0) this.#wake();
      else if (!this.#parked) void this.#park();
    }
  };

  readonly #lookUnrefd = (): void => {
    this.#timed = false;
    this.#look();
    this.#schedule();
  };

  #look(): number {
    const n = outcome(libc().epoll_wait(this.#epfd, this.#events, MAX_EVENTS, 0));
    this.#dispatch(this.#events, n);
    return n;
  }

  async #park(): Promise<void> {
    this.#parked = true;
    const n = await background().epoll_wait(this.#epfd, this.#parkedEvents, MAX_EVENTS, MAX_PARK);
    this.#parked = this.#woken = false;
    if (n > 0) libc().copyFrom(this.#events, this.#parkedEvents, BigInt(n * layout.epollEventSize));
    this.#dispatch(this.#events, n);
    this.#schedule();
  }

  #wake(): void {
    if (this.#woken) return;
    this.#woken = true;
    // The eventfd is edge-triggered and never read: each write is an event.
    check(libc().write(this.#wakefd, ONE, 8n), "write");
  }

  #dispatch(events: Int32Array, n: number): void {
    for (let i = 0, at = 0; i < n; i++, at += STRIDE) {
      const fd = events[at + DATA] ?? -1;
      if (this.#generations[fd] === events[at + DATA + 1]) this.#watched[fd]?.ready(events[at] ?? 0);
    }
  }
}

const ONE = new BigUint64Array([1n]);

let shared: Poller | undefined;

/** The poller of this isolate, made at the first call. */
export function poller(): Poller {
  return shared ??= new Poller();
}
