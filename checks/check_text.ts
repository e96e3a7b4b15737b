import { quoted } from "./quoted.ts";

/**
 * Refuses what is not a string, before a method of strings would be missing.
 *
 * @param action What the call does, for the error: `Cannot <action> as it must be a string: …`.
 * @throws {TypeError} If the value is no string.
 */
export function checkText(action: string, text: string): void {
  if (typeof text === "string") return;
  throw new TypeError(`Cannot ${action} as it must be a string: current value is ${quoted(text)}`);
}
