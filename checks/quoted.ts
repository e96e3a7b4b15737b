/** A value as a message shows it: text in quotes, so that `"80"` is not taken for 80. */
export function quoted(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
