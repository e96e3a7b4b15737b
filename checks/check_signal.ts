import { quoted } from "./quoted.ts";

const aborted = Object.getOwnPropertyDescriptor(globalThis.AbortSignal?.prototype ?? {}, "aborted")?.get;

/**
 * Refuses what only looks like an `AbortSignal`: it could abort without an event, or lack a reason.
 *
 * @throws {TypeError} If it refuses the signal.
 */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  try {
    aborted?.call(signal); // works on signals alone, also on those of another realm
  } catch {
    throw new TypeError(`Cannot wait: signal must be an AbortSignal: current value is ${quoted(signal)}`);
  }
}
