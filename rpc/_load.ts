import type { RpcLimits } from "./server_options.ts";

/** A shorter reply is sent whatever the load is. */
export const SMALL_REPLY = 64 * 1024;

/** What a connection shows to the server's accounting of all connections. */
export interface Burden {
  /** Bytes of its frames that are not served yet. */
  readonly buffered: number;
  /** Bytes of its calls that run, and of its replies that are not sent. */
  readonly pending: number;
  /** Whether its peer does not read what was sent. */
  readonly isStalled: boolean;
  /** Replies with an error that gives the reason, and ends the connection. */
  refuse(reason: string): void;
  /** Closes the connection immediately, and reports the reason to the server's `onError`. */
  drop(reason: string): void;
  /** Checks again whether it may continue. */
  wake(): void;
}

/** What a server holds for all its connections together, and which ones to end when it is too much. */
export class Load {
  /** The connections. */
  readonly all: Set<Burden> = new Set();
  /** The connections that wait until the load falls, in order, and since when. */
  readonly crowd: Map<Burden, number> = new Map();
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

  /** Whether the maximum number of handlers is running. */
  get isBusy(): boolean {
    return this.#calls >= this.#limits.maxCalls;
  }

  /** Adds to the number of unsettled handlers, and to the bytes of running calls and unsent replies. */
  add(calls: number, pending: number): void {
    const wasFull = this.isFull;
    this.#calls += calls;
    this.#pending += pending;
    if (wasFull && !this.isFull) this.wake();
  }

  /** Lets those that wait check again whether they may continue; the one that has waited longest is first. */
  wake(): void {
    for (const each of this.crowd.keys()) each.wake();
  }

  /** Adds to the bytes of frames that are not served yet; above the limit, ends the connections with the most. */
  buffer(bytes: number): void {
    this.#buffered += bytes;
    if (bytes <= 0) return;
    while (this.#buffered > this.#limits.maxBuffered) {
      const largest = most(this.all, "buffered");
      if (largest === undefined) return;
      const reason = "The server holds too many incomplete calls: try again later";
      // The memory is free once the connection is closed; if many must end, there is no time for error replies.
      if (this.#leaving + largest.buffered > this.#limits.maxBuffered) largest.drop(reason);
      else largest.refuse(reason);
    }
  }

  /** Adds to the bytes of frames that will not be served and are freed with their connections. */
  leave(bytes: number): void {
    this.#leaving += bytes;
  }

  /**
   * Whether a reply of this size, on a connection with this many pending bytes, would crowd out others. It takes the
   * place of its call, which weighs `call`.
   */
  refuses(bytes: number, pending: number, call: number): boolean {
    if (bytes <= SMALL_REPLY || this.#pending - call < this.#limits.maxPending) return false;
    return bytes + pending - call > this.#limits.maxPending / this.all.size;
  }

  /** Ends connections whose peers do not read while others wait: not those that only wait for their own peers. */
  relieve(): void {
    while (this.#pending >= this.#limits.maxPending && [...this.crowd.keys()].some(({ isStalled }) => !isStalled)) {
      const stalled = most([...this.all].filter(({ isStalled }) => isStalled), "pending");
      if (stalled === undefined) return;
      stalled.drop(
        "Cannot continue the connection: its peer does not read the replies, and others wait for the memory",
      );
    }
  }
}

function most(all: Iterable<Burden>, what: "buffered" | "pending"): Burden | undefined {
  let found: Burden | undefined;
  for (const each of all) if (each[what] > (found?.[what] ?? 0)) found = each;
  return found;
}
