import { quoted } from "../../checks/quoted.ts";
import type { NetAddr } from "./addr.ts";

/** Refuses an address with another transport. */
export function checkTransport(action: string, transport: unknown, expected: NetAddr["transport"]): void {
  if (transport === undefined || transport === expected) return;
  throw new TypeError(`Cannot ${action} as the transport must be ${expected}: current value is ${quoted(transport)}`);
}
