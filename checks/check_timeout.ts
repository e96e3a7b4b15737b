import { quoted } from "./quoted.ts";

/** Returns the timeout in milliseconds, if it is valid. */
export function checkTimeout(timeout: number): number {
  if (typeof timeout === "number" && timeout >= 0) return timeout;
  throw new RangeError(
    `Cannot wait: timeout must be 0 or more milliseconds: current value is ${quoted(timeout)}`,
  );
}
