import { quoted } from "./quoted.ts";

/** The largest C `int`. */
export const INT_MAX = 0x7fffffff;

/** Returns the value if it is an integer from 0 to `max`; `action` and `field` name it in the error. */
export function within(action: string, field: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new RangeError(`Cannot ${action} as the ${field} must be 0 to ${max}: current value is ${quoted(value)}`);
}
