import type { RpcLimits } from "./server_options.ts";

/** A reply that is shorter is sent whatever the load. */
const SMALL_REPLY = 64 * 1024;

/** What a connection shows of itself to those that share the server with it. */
export interface Burden {
  /** Bytes of its frames that are not served yet. */
  readonly buffered: number;
  /** Bytes of its calls that run, and of its replies that are not sent. */
  readonly pending: number;
  /** Whether its peer does not read what was sent. */
  readonly isStalled: boolean;
  /** Answers with an error that says why, and ends the connection. */
  refuse(reason: string): void;
  /** Closes the connection at once, and says why to the server's `onError`. */
  drop(reason: string): void;
  /** Looks again whether it may go on. */
  wake(): void;
}

/** What all connections of a server together make it hold, and who goes when it is too much. */
export class Load {
  /** The connections. */
  readonly all: Set<Burden> = new Set();
  /** Those that wait until the load falls. */
  readonly crowd: Set<Burden> = new Set();
  readonly #limits: RpcLimits;
  #calls = 0;
  #pending = 0;
  #buffered = 0;
  #leaving = 0;

  constructor(limits: RpcLimits) {
    this.#limits = limits;
  }

  /** Whether no more calls may start. */
  get isFull(): boolean {
    return this.isBusy || this.#pending >= this.#limits.maxPending;
  }

  /** Whether as many handlers run as may. */
  get isBusy(): boolean {
    return this.#calls >= this.#limits.maxCalls;
  }

  /** Adds to the handlers that have not settled, and to the bytes of calls that run and replies that are not sent. */
  add(calls: number, pending: number): void {
    const wasFull = this.isFull;
    this.#calls += calls;
    this.#pending += pending;
    if (!wasFull || this.isFull) return;
    for (const each of this.crowd) each.wake(); // the one that waits longest is first
  }

  /** Adds to the bytes of frames that are not served yet; ends the connections with the most where they are too many. */
  buffer(bytes: number): void {
    this.#buffered += bytes;
    if (bytes <= 0) return;
    while (this.#buffered > this.#limits.maxBuffered) {
      const largest = most(this.all, "buffered");
      if (largest === undefined) return;
      const reason = "The server holds too many calls that are not whole: try again later";
      // The memory is free once the connection is closed: there is no time for an error when too many are to end.
      if (this.#leaving + largest.buffered > this.#limits.maxBuffered) largest.drop(reason);
      else largest.refuse(reason);
    }
  }

  /** Adds to the bytes of frames that will not be served, and go with their connections. */
  leave(bytes: number): void {
    this.#leaving += bytes;
  }

  /** Whether a reply of so many bytes, of a connection with so many pending, would take the place of others. */
  refuses(bytes: number, pending: number): boolean {
    if (bytes <= SMALL_REPLY || this.#pending < this.#limits.maxPending) return false;
    return bytes + pending > this.#limits.maxPending / this.all.size;
  }

  /** Ends connections whose peers do not read while others wait. */
  relieve(): void {
    while (this.#pending >= this.#limits.maxPending && this.crowd.size > 0) {
      const stalled = most([...this.all].filter(({ isStalled }) => isStalled), "pending");
      if (stalled === undefined) return;
      stalled.drop("Cannot go on with the connection: its replies are not read, and others wait for the memory");
    }
  }
}

function most(all: Iterable<Burden>, what: "buffered" | "pending"): Burden | undefined {
  let found: Burden | undefined;
  for (const each of all) if (each[what] > (found?.[what] ?? 0)) found = each;
  return found;
}
