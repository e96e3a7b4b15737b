/** How long a part took when it last passed, and how many tests it ran. */
interface Times {
  [part: string]: { tests: number; seconds: number };
}

/** A progress line at the bottom of the terminal; without a terminal there is none. */
export class Progress {
  readonly #file: string;
  readonly #lanes: readonly (readonly string[])[];
  readonly #isShown = Deno.stdout.isTerminal();
  readonly #times: Times;
  readonly #ended = new Set<string>();
  /** The parts that run: how many tests have ended, and when the part began. */
  readonly #running = new Map<string, { done: number; begin: number }>();

  /**
   * Reads the durations of the last run.
   *
   * @param file The file that stores them.
   * @param lanes The names of the parts that run one after the other, for each of those that run at once.
   */
  constructor(file: string, lanes: readonly (readonly string[])[]) {
    this.#file = file;
    this.#lanes = lanes;
    this.#times = readTimes(file);
  }

  /** A part begins. */
  begin(part: string): void {
    this.#running.set(part, { done: 0, begin: performance.now() });
  }

  /** Prints whole lines above the line of progress. */
  print(text: string): void {
    Deno.stdout.writeSync(new TextEncoder().encode(this.#isShown ? `\r\x1b[2K${text}${this.#line()}` : text));
  }

  /** Counts the tests whose end a line of a part's output reports. */
  see(part: string, line: string): void {
    const running = this.#running.get(part);
    if (running === undefined) return;
    const suite = line.match(/ on .*: (\d+) passed, (\d+) skipped/);
    if (suite !== null) running.done += Number(suite[1]) + Number(suite[2]);
    else if (/ \.\.\. .*(?:ok|ignored|FAILED) \(\S+\)\s*$/.test(line)) running.done++;
  }

  /** A part has ended. If it passed, this stores its times for the next run. */
  end(part: string, times?: Times[string]): void {
    this.#running.delete(part);
    this.#ended.add(part);
    if (times === undefined) return;
    this.#times[part] = times;
    Deno.mkdirSync(this.#file.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(this.#file, JSON.stringify(this.#times));
  }

  #line(): string {
    if (this.#running.size === 0) return "";
    const parts = [...this.#running].map(([part, { done }]) => {
      const known = this.#times[part];
      return `${part}: ${done}${known === undefined ? "" : ` of about ${known.tests}`} tests`;
    });
    const left = Math.max(...this.#lanes.map((lane) => lane.reduce((sum, part) => sum + this.#secondsLeft(part), 0)));
    const count = `${this.#ended.size} of ${this.#lanes.flat().length} parts done`;
    return `${count}, ${parts.join(", ")}${Number.isNaN(left) ? "" : `, about ${Math.ceil(left / 60)} min left`}`;
  }

  /** NaN if the part never passed before. */
  #secondsLeft(part: string): number {
    if (this.#ended.has(part)) return 0;
    const begin = this.#running.get(part)?.begin ?? performance.now();
    return Math.max((this.#times[part]?.seconds ?? NaN) - (performance.now() - begin) / 1000, 0);
  }
}

function readTimes(file: string): Times {
  try {
    return JSON.parse(Deno.readTextFileSync(file));
  } catch {
    return {}; // the first run
  }
}
