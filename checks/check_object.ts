import { quoted } from "./quoted.ts";

/**
 * Refuses what is not an object, before a field of it would be read.
 *
 * @param action What the call does, for the error: `Cannot <action> as <name> must be an object: …`.
 * @param name The name of the argument.
 * @throws {TypeError} If the value is no object.
 */
export function checkObject(action: string, name: string, value: object): void {
  if (typeof value === "object" && value !== null) return;
  throw new TypeError(`Cannot ${action} as ${name} must be an object: current value is ${quoted(value)}`);
}
