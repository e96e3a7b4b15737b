import { quoted } from "../checks/quoted.ts";

/** The bytes of pairs of hexadecimal digits with colons between: 8 at most, as a `struct sockaddr_ll` has. */
export function parseHardwareAddress(text: string): number[] {
  if (text === "") return [];
  const parts = String(text).split(":");
  if (typeof text !== "string" || parts.length > 8 || !parts.every((part) => /^[0-9a-f]{2}$/i.test(part))) {
    throw new SyntaxError(`Cannot parse hardware address: current value is ${quoted(text)}`);
  }
  return parts.map((part) => parseInt(part, 16));
}

/** The text of a hardware address. */
export function formatHardwareAddress(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(":");
}
