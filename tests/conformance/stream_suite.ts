import { PairTests } from "./stream/context.ts";
import { endingTests } from "./stream/ending.ts";
import { fullCapabilities, type Pair, type StreamCapabilities } from "./stream/ends.ts";
import { streamsTests } from "./stream/streams.ts";
import { transferTests } from "./stream/transfer.ts";
import { waitingTests } from "./stream/waiting.ts";

export type { OurEnd, OurListener, Pair, StreamCapabilities, StreamEnd, StreamNet, Wait } from "./stream/ends.ts";

/**
 * Registers the tests for every stream connection, whatever the family and the other end.
 *
 * @param name The prefix of each test's name: the family and the other end.
 * @param pair Makes two connected ends; the suite closes them.
 * @param capabilities What the family, the other end and the machine can do.
 */
export function streamSuite(name: string, pair: () => Promise<Pair>, capabilities: StreamCapabilities = {}): void {
  const suite = new PairTests(name, pair, fullCapabilities(capabilities));
  transferTests(suite);
  endingTests(suite);
  waitingTests(suite);
  streamsTests(suite);
}
