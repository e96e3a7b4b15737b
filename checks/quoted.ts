/** A value as an error message shows it: strings are quoted, to tell `"80"` from 80. */
export function quoted(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value);
  try {
    return String(value);
  } catch {
    return Object.prototype.toString.call(value); // an object without a prototype, or with a toString() that throws
  }
}
