/** The best score, and that with which spinning is tried again. */
const BEST = 8;
const TRIAL = 4;
/** What a spin that met nothing costs: three that met something make up for it. */
const MISS = 3;
/** So many short gaps in a row have spinning tried again: the first time, and at most, after trials that did not pay. */
const FIRST_NEED = 2;
const MOST_NEED = 64;

/**
 * Whether it pays to go on asking the kernel after an event, from how it went before.
 *
 * Spinning goes on as long as it mostly meets an event. Once it does not, only the gaps between the wake-ups tell: as soon as
 * some in a row were so short that spinning would have met them, it is tried again, and each time that this was wrong, it
 * takes twice as many.
 */
export class SpinHistory {
  #score = TRIAL;
  #need = FIRST_NEED;
  #short = 0;

  /** Whether to spin. */
  get pays(): boolean {
    return this.#score > 0;
  }

  /** A spin met an event. */
  met(): void {
    if (++this.#score < BEST) return;
    this.#score = BEST;
    this.#need = FIRST_NEED;
  }

  /** A spin met nothing. */
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
