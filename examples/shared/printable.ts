/** Makes a peer's text safe for a terminal: control characters, which could forge lines or colours, become `\\xNN`. */
export function printable(text: string): string {
  // deno-lint-ignore no-control-regex -- it must match control characters
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f]/g, (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`);
}
