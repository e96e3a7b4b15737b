/** How long a part took when it last passed, and how many tests it ran. */
interface Times {
  [part: string]: { tests: number; seconds: number };
}

/** A progress line at the bottom of the terminal; without a terminal there is none. */
export class Progress {
  readonly #file: string;
  readonly #parts: readonly string[];
  readonly #isShown = Deno.stdout.isTerminal();
  readonly #times: Times;
  #part = "";
  #done = 0;
  #begin = 0;

  /**
   * Reads the durations of the last run.
   *
   * @param file The file that stores them.
   * @param parts The names of the parts, in their order.
   */
  constructor(file: string, parts: readonly string[]) {
    this.#file = file;
    this.#parts = parts;
    this.#times = readTimes(file);
  }

  /** A part begins. */
  begin(part: string): void {
    this.#part = part;
    this.#done = 0;
    this.#begin = performance.now();
  }

  /** Prints whole lines above the line of progress. */
  print(text: string): void {
    Deno.stdout.writeSync(new TextEncoder().encode(this.#isShown ? `\r\x1b[2K${text}${this.#line()}` : text));
  }

  /** Counts the tests whose end a line of output reports. */
  see(line: string): void {
    const suite = line.match(/ on .*: (\d+) passed, (\d+) skipped/);
    if (suite !== null) this.#done += Number(suite[1]) + Number(suite[2]);
    else if (/ \.\.\. .*(?:ok|ignored|FAILED) \(\S+\)\s*$/.test(line)) this.#done++;
  }

  /** A part passed: stores its duration for the next run. */
  end(tests: number, seconds: number): void {
    this.#times[this.#part] = { tests, seconds };
    Deno.mkdirSync(this.#file.replace(/\/[^/]*$/, ""), { recursive: true });
    Deno.writeTextFileSync(this.#file, JSON.stringify(this.#times));
  }

  #line(): string {
    const at = this.#parts.indexOf(this.#part);
    const known = this.#times[this.#part];
    const here = Math.max((known?.seconds ?? 0) - (performance.now() - this.#begin) / 1000, 0);
    const later = this.#parts.slice(at + 1).reduce((sum, part) => sum + (this.#times[part]?.seconds ?? 0), 0);
    const of = known === undefined ? "" : ` of about ${known.tests}`;
    const left = known === undefined ? "" : `, about ${Math.ceil((here + later) / 60)} min left`;
    return `part ${at + 1} of ${this.#parts.length}, ${this.#part}: ${this.#done}${of} tests${left}`;
  }
}

function readTimes(file: string): Times {
  try {
    return JSON.parse(Deno.readTextFileSync(file));
  } catch {
    return {}; // the first run
  }
}
