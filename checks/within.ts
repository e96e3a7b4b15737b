import { quoted } from "./quoted.ts";

/** The largest `int` of C. */
export const INT_MAX = 0x7fffffff;

/** The value, if it is a whole number of 0 to `max`; `action` and `field` name it in the error. */
export function within(action: string, field: string, value: number, max: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= max) return value;
  throw new RangeError(`Cannot ${action} as the ${field} must be 0 to ${max}: current value is ${quoted(value)}`);
}
