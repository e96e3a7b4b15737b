/** Watches how long the event loop stands still. */
export class LoopWatch {
  #last = performance.now();
  #worst = 0;
  readonly #timer = setInterval(() => this.#tick(), 2);

  /** Stops watching; returns the longest time without a turn of the loop, in milliseconds. */
  end(): number {
    this.#tick();
    clearInterval(this.#timer);
    return this.#worst;
  }

  #tick(): void {
    const now = performance.now();
    this.#worst = Math.max(this.#worst, now - this.#last);
    this.#last = now;
  }
}
