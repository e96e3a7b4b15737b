import { quoted } from "./quoted.ts";

/** Returns what the name stands for; `action` and `field` name it in the error. */
export function oneOf<T>(action: string, field: string, name: string, values: Readonly<Record<string, T>>): T {
  const value = Object.hasOwn(values, name) ? values[name] : undefined;
  if (value !== undefined) return value;
  const names = Object.keys(values).join(", ");
  throw new TypeError(`Cannot ${action} as the ${field} must be one of ${names}: current value is ${quoted(name)}`);
}
