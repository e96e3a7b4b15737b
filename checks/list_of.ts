import { quoted } from "./quoted.ts";

/** Returns the list, and refuses what is not an array: a string would be searched for parts of itself. */
export function listOf<T>(action: string, field: string, list: readonly T[]): readonly T[] {
  if (Array.isArray(list)) return list;
  throw new TypeError(`Cannot ${action} as ${field} must be an array: current value is ${quoted(list)}`);
}
