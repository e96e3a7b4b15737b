/** How long a peer may read nothing while others wait for the memory of its replies. */
export const PATIENCE = 500;
/** Fewer bytes in that time are nothing; a call that is longer is not short. */
export const LITTLE = 64 * 1024;

/** What the clock of the server finds: nothing, an end that is due, or a call that is not whole for too long. */
export type Finding = "fine" | "over" | "late";

/** How long a connection may be idle, keep a call incomplete, and leave what was sent unread. */
export class Patience {
  readonly #idleTimeout: number;
  readonly #frameTimeout: number;
  /** Whether bytes have moved since the last tick, and when they last did. */
  #hasMoved = true;
  #movedAt = 0;
  /** What the peer has read since it was last seen to read enough, and when that was. */
  #read = 0;
  #readAt = 0;
  #partialSince: number | undefined;
  #overAt = Infinity;
  /** Whether a part of a call has arrived, and not the rest. */
  isPartial = false;
  /** Whether the peer does not read what was sent. */
  isStalled = false;

  constructor({ idleTimeout, frameTimeout }: { idleTimeout: number; frameTimeout: number }) {
    this.#idleTimeout = idleTimeout;
    this.#frameTimeout = frameTimeout;
  }

  /** Notes that bytes have arrived. */
  received(): void {
    this.#hasMoved = true;
  }

  /** Notes that the peer has taken so many bytes. */
  sent(bytes: number): void {
    this.#hasMoved = true;
    this.#read += bytes;
  }

  /** Notes that a call is whole: the next one has its own time. */
  whole(): void {
    this.isPartial = false;
    this.#partialSince = undefined;
  }

  /** Gives the connection so many milliseconds. */
  endWithin(milliseconds: number): void {
    this.#overAt = performance.now() + milliseconds;
  }

  /** Looks at the time, with what the connection has to send, and whether it awaits a handler. */
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
