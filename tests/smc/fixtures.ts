import { readFileSync } from "node:fs";
import { type Attributes, decodeGeneric, type GenericMessage } from "../../netlink/mod.ts";
import { fromHex } from "../runner/mod.ts";

/** What `record_fixtures.ts` recorded in the guest. */
interface Fixture {
  kernel: string;
  ueid: string;
  c: string[];
  messages: Record<string, string[]>;
}

/** Reads the recorded messages. Needs `--allow-read`. */
export function readFixture(): Fixture {
  return JSON.parse(readFileSync(new URL("../fixtures/smc/netlink.json", import.meta.url), "utf8"));
}

/** The payloads of one kind. */
export function payloads(fixture: Fixture, name: string): Uint8Array[] {
  return (fixture.messages[name] ?? []).map(fromHex);
}

/** The generic netlink messages of one kind. */
export function generic(fixture: Fixture, name: string): GenericMessage[] {
  return payloads(fixture, name).map(decodeGeneric);
}

/** The contents of the top attribute in the messages of one kind. */
export function nested(fixture: Fixture, name: string, type: number): Attributes[] {
  return generic(fixture, name).map(({ attributes }) => attributes.nested(type)).filter((nest) => nest !== undefined);
}
