/** Lines of a part that are kept when it fails: enough for what went wrong, and few enough for the end of a log. */
const LIMIT = 80;

/**
 * Picks from what a part prints why it failed: all that stands between ` ERRORS `, with which `deno test` and the
 * runtimes' script begin their list of failed tests, and its end; or the last lines, if there is no list.
 */
export class Failures {
  readonly #listed: string[] = [];
  readonly #last: string[] = [];
  #isInList = false;

  /** Takes the next line, without colours. */
  see(line: string): void {
    const text = line.trimEnd();
    if (/^ ?ERRORS$/.test(text)) this.#isInList = true;
    else if (/^ ?FAILURES$| on .*: \d+ passed/.test(text)) this.#isInList = false;
    else if (this.#isInList) this.#listed.push(text);
    this.#last.push(text);
    if (this.#last.length > LIMIT / 4) this.#last.shift();
  }

  /** The lines that tell why the part failed. */
  lines(): string[] {
    const lines = (this.#listed.length > 0 ? this.#listed : this.#last).filter((line) => line !== "");
    const left = lines.length - LIMIT;
    return left > 0 ? [...lines.slice(0, LIMIT), `and ${left} lines more, above`] : lines;
  }
}
