import { ignore, test } from "../../runner/mod.ts";
import type { FullCapabilities, Pair } from "./ends.ts";

/** Registers the tests of one suite: each gets a fresh pair, which is closed after it. */
export class PairTests {
  readonly capabilities: FullCapabilities;
  readonly #name: string;
  readonly #pair: () => Promise<Pair>;

  constructor(name: string, pair: () => Promise<Pair>, capabilities: FullCapabilities) {
    this.#name = name;
    this.#pair = pair;
    this.capabilities = capabilities;
  }

  /** Registers a test that cannot run if one of the `requires` is missing. */
  test(
    name: string,
    fn: (pair: Pair) => Promise<void>,
    requires: (keyof FullCapabilities["lacks"])[] = [],
  ): void {
    this.testMany(name, async (pair) => await fn(await pair()), requires);
  }

  /** Registers a test that makes its pairs itself. */
  testMany(
    name: string,
    fn: (pair: () => Promise<Pair>) => Promise<void>,
    requires: (keyof FullCapabilities["lacks"])[] = [],
  ): void {
    const { lacks, needs, slowness } = this.capabilities;
    const title = `${this.#name}: ${name}`;
    const reason = requires.map((requirement) => lacks[requirement]).find((text) => text !== undefined);
    if (reason !== undefined) return ignore(title, reason);
    test(title, { needs, timeout: 60_000 * slowness }, async () => {
      const pairs: Pair[] = [];
      try {
        await fn(async () => {
          const pair = await this.#pair();
          pairs.push(pair);
          return pair;
        });
      } finally {
        await Promise.all(pairs.map(closeBoth));
      }
    });
  }
}

async function closeBoth(pair: Pair): Promise<void> {
  pair.ours.close();
  try {
    await pair.theirs.close();
  } catch {
    // The test closed it itself, and some peers throw on a second close.
  }
  await pair[Symbol.asyncDispose]?.();
}
