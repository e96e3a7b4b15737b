import type { Watch } from "../native.ts";

/** Milliseconds between two calls. */
const INTERVAL = 10;

/** Calls back at intervals: for platforms where nothing else reports that a descriptor is readable. */
export class TimerWatch implements Watch {
  readonly #onReadable: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #referenced = true;

  constructor(onReadable: () => void) {
    this.#onReadable = onReadable;
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#onReadable();
    }, INTERVAL);
    this.reference(this.#referenced);
  }

  reference(value: boolean): void {
    this.#referenced = value;
    const timer = this.#timer as unknown as { ref(): void; unref(): void } | undefined;
    if (value) timer?.ref();
    else timer?.unref();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
