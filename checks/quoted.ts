/** A value as an error message shows it: strings are quoted, to tell `"80"` from 80. */
export function quoted(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
