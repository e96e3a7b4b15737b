import { C } from "../../ffi/constants.ts";
import { check, outcome } from "../../ffi/gate.ts";
import { avoidRing, libc, own, watch } from "../../ffi/libc.ts";
import type { Owned, Watch } from "../../ffi/native.ts";
import { layout } from "../../ffi/system.ts";
import { SpinHistory } from "./spin_history.ts";

/** What watches a descriptor. */
export interface Watched {
  /** Called with the `EPOLL*` bits of an event of the descriptor. */
  ready(events: number): void;
}

/** Events taken from the kernel in one call. */
const MAX_EVENTS = 256;

/** A gap of up to this many times the spin counts as short: it includes the wake-up. */
const SHORT_GAP = 2;

const STRIDE = layout.epollEventSize / 4;
const DATA = layout.epollDataOffset / 4;

const { setImmediate } = globalThis as unknown as { setImmediate(callback: () => void): unknown };

/**
 * One epoll instance for all sockets of the isolate, opened with the first that waits and closed with the last.
 *
 * A descriptor is registered once, edge-triggered; its events carry its number and a generation, so that a late event
 * for a closed and reused number is dropped. To wait, the runtime's event loop watches the epoll instance itself. If it
 * pays off, the poller first asks the kernel between turns of the event loop: see {@linkcode SpinHistory}. If nothing
 * waits, nothing runs.
 */
export class Poller {
  /**
   * The most milliseconds of silence before the poller parks. A longer time answers faster after a pause, but costs
   * more CPU.
   *
   * @default {0.05}
   */
  spin = 0.05;

  #epoll: Owned | undefined;
  #watch: Watch | undefined;
  /** The number of registered descriptors. */
  #count = 0;
  readonly #watched: (Watched | undefined)[] = [];
  readonly #generations: number[] = [];
  #generation = 0;
  readonly #event = new Int32Array(STRIDE);
  readonly #events = new Int32Array(STRIDE * MAX_EVENTS);
  #waits = 0;
  #unrefWaits = 0;
  #avoidsRing = false;
  /** Whether the watch keeps the program alive. */
  #isReferenced = true;
  readonly #history = new SpinHistory();
  #isSpinning = false;
  /** Whether a turn of the event loop is requested. */
  #isAsked = false;
  #deadline = 0;
  #lastEvent = 0;

  /** Watches a descriptor. It also reports existing readiness. */
  add(fd: number, events: number, watched: Watched): void {
    if (this.#epoll === undefined) this.#open();
    const generation = this.#generation = (this.#generation + 1) & 0x7fffffff;
    this.#control(C.EPOLL_CTL_ADD, fd, events, generation);
    this.#watched[fd] = watched;
    this.#generations[fd] = generation;
    this.#count++;
    if (this.#waits + this.#unrefWaits > 0) this.#schedule();
  }

  /** Changes the requested events of a watched descriptor. It reports existing readiness again. */
  modify(fd: number, events: number): void {
    this.#control(C.EPOLL_CTL_MOD, fd, events, this.#generations[fd] ?? 0);
  }

  /** Stops watching. Call it before the descriptor is closed, since a duplicate would still cause events. */
  remove(fd: number): void {
    this.#control(C.EPOLL_CTL_DEL, fd, 0, 0);
    this.forget(fd);
  }

  /** Stops watching a descriptor that has no duplicate and is about to be closed: close(2) takes it out of the epoll instance. */
  forget(fd: number): void {
    this.#watched[fd] = undefined;
    if (--this.#count === 0) this.#ask();
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
    if (this.#waits === 0) this.#ask();
  }

  /** From now on, waits in a thread instead of an io_uring: AF_SMC sockets do not always wake one (Linux 6.12). */
  avoidRing(): void {
    if (this.#avoidsRing) return;
    avoidRing();
    if (this.#epoll !== undefined) {
      const inRing = this.#watch;
      this.#watch = watch(this.#epoll.fd, this.#wake);
      inRing?.close(); // not before: without its successor, the waits would never end
      this.#isReferenced = true;
      this.#schedule();
    }
    this.#avoidsRing = true;
  }

  #open(): void {
    this.#epoll = own(check(libc().epoll_create1(C.EPOLL_CLOEXEC), "epoll_create1"));
    try {
      this.#watch = watch(this.#epoll.fd, this.#wake);
    } catch (error) {
      this.#close();
      throw error;
    }
    this.#isReferenced = true;
  }

  #close(): void {
    this.#watch?.close();
    this.#watch = undefined;
    this.#epoll?.close();
    this.#epoll = undefined;
    this.#isSpinning = false;
  }

  #control(operation: number, fd: number, events: number, generation: number): void {
    this.#event[0] = events;
    this.#event[DATA] = fd;
    this.#event[DATA + 1] = generation;
    check(libc().epoll_ctl(this.#epoll?.fd ?? -1, operation, fd, this.#event), "epoll_ctl");
  }

  #ask(): void {
    if (this.#isAsked) return;
    this.#isAsked = true;
    setImmediate(this.#turn);
  }

  /** Spins, or parks. */
  #schedule(): void {
    if (this.#epoll === undefined || this.#isSpinning) return;
    if (this.#waits > 0 && this.spin > 0 && this.#history.pays) {
      this.#isSpinning = true;
      this.#deadline = performance.now() + this.spin;
      this.#ask();
    } else {
      this.#park();
    }
  }

  #park(): void {
    if (this.#waits + this.#unrefWaits > 0) this.#watch?.start();
    this.#reference(this.#waits > 0);
  }

  #reference(value: boolean): void {
    if (value === this.#isReferenced) return;
    this.#isReferenced = value;
    this.#watch?.reference(value);
  }

  readonly #turn = (): void => {
    this.#isAsked = false;
    if (this.#epoll === undefined) return;
    if (this.#count === 0) return this.#close();
    if (this.#isSpinning && this.#waits > 0) return this.#spinOn();
    this.#isSpinning = false;
    this.#park();
  };

  #spinOn(): void {
    const now = this.#look();
    if (now > 0) {
      this.#history.met();
      this.#deadline = now + this.spin;
      this.#ask();
    } else if (performance.now() < this.#deadline) {
      this.#ask();
    } else {
      this.#history.missed();
      this.#isSpinning = false;
      this.#park();
    }
  }

  /** Called by the watch when there is an event. */
  readonly #wake = (): void => {
    const last = this.#lastEvent;
    const now = this.#look();
    if (now > 0 && !this.#isSpinning) this.#history.woke(now - last < SHORT_GAP * this.spin);
    this.#schedule();
  };

  /** Takes the events, and returns the time after that; 0 if there were none. */
  #look(): number {
    const n = outcome(libc().epoll_wait(this.#epoll?.fd ?? -1, this.#events, MAX_EVENTS, 0));
    if (n <= 0) return 0;
    for (let i = 0, at = 0; i < n; i++, at += STRIDE) {
      const fd = this.#events[at + DATA] ?? -1;
      if (this.#generations[fd] === this.#events[at + DATA + 1]) this.#watched[fd]?.ready(this.#events[at] ?? 0);
    }
    return this.#lastEvent = performance.now();
  }
}

let shared: Poller | undefined;

/** The poller of this isolate, made at the first call. */
export function poller(): Poller {
  return shared ??= new Poller();
}
