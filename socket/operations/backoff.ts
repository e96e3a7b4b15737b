/** Growing pauses between tries of an operation for which the kernel will raise no event. */
export class Backoff {
  #delay: number;
  readonly #most: number;

  /** Pauses of `first` ms, then twice as long each time, up to `most`. */
  constructor(first: number, most: number) {
    this.#delay = first;
    this.#most = most;
  }

  /** The next pause, in milliseconds. */
  next(): number {
    const delay = this.#delay;
    this.#delay = Math.min(delay * 2 || 1, this.#most);
    return delay;
  }
}
