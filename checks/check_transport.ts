import { quoted } from "./quoted.ts";

/** Refuses an address with another transport. */
export function checkTransport(action: string, transport: unknown, expected: string): void {
  if (transport === undefined || transport === expected) return;
  throw new TypeError(`Cannot ${action} as the transport must be ${expected}: current value is ${quoted(transport)}`);
}
