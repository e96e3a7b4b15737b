/** How long a peer may read nothing while others wait for the memory of its replies. */
export const PATIENCE = 500;
/** Fewer bytes in that time count as nothing; a longer call does not count as short. */
export const LITTLE = 64 * 1024;

/** The result of a clock tick: nothing, an idle connection to end, or a call that has been incomplete for too long. */
export type Finding = "fine" | "over" | "late";

/** How long a connection may be idle, keep a call incomplete, and leave what was sent unread. */
export class Patience {
  readonly #idleTimeout: number;
  readonly #frameTimeout: number;
  /** Whether bytes have moved since the last tick, and when they last moved. */
  #hasMoved = true;
  #movedAt = 0;
  /** The bytes that the peer has read since it last read enough, and that time. */
  #read = 0;
  #readAt = 0;
  #partialSince: number | undefined;
  #overAt = Infinity;
  /** Whether a call has arrived only in part. */
  isPartial = false;
  /** Whether the peer does not read what was sent. */
  isStalled = false;

  constructor({ idleTimeout, frameTimeout }: { idleTimeout: number; frameTimeout: number }) {
    this.#idleTimeout = idleTimeout;
    this.#frameTimeout = frameTimeout;
  }

  /** Records that bytes have arrived. */
  received(): void {
    this.#hasMoved = true;
  }

  /** Records how many bytes the peer has taken. */
  sent(bytes: number): void {
    this.#hasMoved = true;
    this.#read += bytes;
  }

  /** Records that a call is complete: the next one has its own time. */
  whole(): void {
    this.isPartial = false;
    this.#partialSince = undefined;
  }

  /** Gives the connection this many milliseconds. */
  endWithin(milliseconds: number): void {
    this.#overAt = performance.now() + milliseconds;
  }

  /** Checks the time, given the unsent bytes and whether a handler is running. */
  tick(now: number, unsent: number, awaits: boolean): Finding {
    if (this.#hasMoved) {
      this.#hasMoved = false;
      this.#movedAt = now;
    }
    if (this.#read >= LITTLE || unsent === 0) {
      this.#read = 0;
      this.#readAt = now;
    }
    this.isStalled = now - this.#readAt >= PATIENCE;
    if (now >= this.#overAt || (!awaits && now - this.#movedAt >= this.#idleTimeout)) return "over";
    if (!this.isPartial) return "fine";
    this.#partialSince ??= now;
    return now - this.#partialSince >= this.#frameTimeout ? "late" : "fine";
  }
}
