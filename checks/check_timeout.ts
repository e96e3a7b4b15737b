import { quoted } from "./quoted.ts";

/** The timeout, in milliseconds, if it is one. */
export function checkTimeout(timeout: number): number {
  if (typeof timeout === "number" && timeout >= 0) return timeout;
  throw new RangeError(
    `Cannot wait for a timeout that is not 0 or more milliseconds: current value is ${quoted(timeout)}`,
  );
}
