import { quoted } from "./quoted.ts";

/**
 * Refuses what cannot be called, before it would fail at its first call.
 *
 * @param action What the call does, for the error: `Cannot <action> as <name> must be a function: …`.
 * @param name The name of the argument or option.
 * @throws {TypeError} If the value is no function.
 */
export function checkFunction(
  action: string,
  name: string,
  value: unknown,
): asserts value is (...args: never[]) => unknown {
  if (typeof value === "function") return;
  throw new TypeError(`Cannot ${action} as ${name} must be a function: current value is ${quoted(value)}`);
}
