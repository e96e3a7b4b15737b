import type { Signature } from "../native.ts";

/** Maps each function of a table, under the same keys; `make` gets the function's name in libc. */
export function functionsOf<T>(
  table: Readonly<Record<string, Signature>>,
  make: (name: string, signature: Signature) => T,
): Record<string, T> {
  return Object.fromEntries(
    Object.entries(table).map(([key, signature]) => [key, make(signature.name ?? key, signature)]),
  );
}
