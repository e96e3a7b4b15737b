import { quoted } from "./quoted.ts";

/** The largest C `int`. */
export const INT_MAX = 0x7fffffff;

/** Returns the value if it is an integer from `min` to `max`; `action` and `field` name it in the error. */
export function within(action: string, field: string, value: number, max: number, min = 0): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value;
  throw new RangeError(`Cannot ${action} as the ${field} must be ${min} to ${max}: current value is ${quoted(value)}`);
}
