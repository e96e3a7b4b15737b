/** The best score, and the score with which spinning starts again. */
const BEST = 8;
const TRIAL = 4;
/** The cost of a spin without an event: three spins with an event make up for it. */
const MISS = 3;
/**
 * After this many consecutive short gaps, spinning is tried again: the first time, and at most, after trials that did
 * not pay off.
 */
const FIRST_NEED = 2;
const MOST_NEED = 64;

/**
 * Decides from experience whether it pays off to keep asking the kernel after an event.
 *
 * Spinning continues as long as it mostly finds an event. Once it does not, the gaps between the wake-ups decide: after
 * several consecutive gaps that were so short that spinning would have found an event, it is tried again. Each time
 * that this was wrong, it takes twice as many.
 */
export class SpinHistory {
  #score = TRIAL;
  #need = FIRST_NEED;
  #short = 0;

  /** Whether to spin. */
  get pays(): boolean {
    return this.#score > 0;
  }

  /** A spin found an event. */
  met(): void {
    if (++this.#score < BEST) return;
    this.#score = BEST;
    this.#need = FIRST_NEED;
  }

  /** A spin found nothing. */
  missed(): void {
    this.#score -= MISS;
    if (this.pays) return;
    this.#score = this.#short = 0;
    this.#need = Math.min(this.#need * 2, MOST_NEED);
  }

  /** An event ended a sleep, after a short gap or a long one. */
  woke(isShort: boolean): void {
    this.#short = isShort ? this.#short + 1 : 0;
    if (this.#short < this.#need) return;
    this.#short = 0;
    this.#score = TRIAL;
  }
}
