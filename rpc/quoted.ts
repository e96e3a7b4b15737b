/** A value as a message shows it: text in quotes, so that `"5"` is not taken for 5. */
export function quoted(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
