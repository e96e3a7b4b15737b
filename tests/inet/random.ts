/** Random numbers from a seed (mulberry32). */
export class Random {
  /** The seed; a failing test prints it. */
  readonly seed: number;
  #state: number;

  /** Without a seed, each run uses another one. It is printed, so that a failure can be repeated. */
  constructor(seed: number = Math.floor(Math.random() * 2 ** 32)) {
    console.log(`seed ${seed}`);
    this.seed = seed;
    this.#state = seed;
  }

  /** An integer from 0 to `below` - 1. */
  below(below: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ this.#state >>> 15, 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ mixed >>> 7, 61 | mixed)) ^ mixed;
    return Math.floor(((mixed ^ mixed >>> 14) >>> 0) / 2 ** 32 * below);
  }

  /** True once in `times` times. */
  once(times: number): boolean {
    return this.below(times) === 0;
  }

  /** One of `values`. */
  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)] as T;
  }

  /** `count` values of `make`. */
  list<T>(count: number, make: () => T): T[] {
    return Array.from({ length: count }, make);
  }
}
