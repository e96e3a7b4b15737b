import { C, type ConstantName } from "./constants.ts";

/** The arguments of socket(2): a family, a type or a protocol. */
export type ConstantKind = "family" | "type" | "protocol";

/** The prefix of the C names. */
const PREFIXES = { family: "AF_", type: "SOCK_", protocol: "IPPROTO_" } as const;

/**
 * The C name of a number that socket(2) takes, for display. No permission is needed.
 *
 * @param kind What the number is.
 * @param value The number.
 * @returns The name, or `undefined` for a number that the library does not know.
 *
 * @example Usage
 * ```ts
 * import { constantName } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(constantName("family", 2), "AF_INET");
 * assertEquals(constantName("type", 1), "SOCK_STREAM");
 * assertEquals(constantName("protocol", 6), "IPPROTO_TCP");
 * ```
 */
export function constantName(kind: ConstantKind, value: number): ConstantName | undefined {
  const names = Object.keys(C) as ConstantName[];
  return names.find((name) => name.startsWith(PREFIXES[kind]) && C[name] === value);
}

/**
 * The number of any constant in {@linkcode C}, by its C name. No permission is needed.
 *
 * @param name The name, such as `"AF_INET"`.
 * @returns The number, or `undefined` for a name that the library does not know.
 *
 * @example Usage
 * ```ts
 * import { constantNumber } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(constantNumber("AF_SMC"), 43);
 * assertEquals(constantNumber("AF_NONE"), undefined);
 * ```
 */
export function constantNumber(name: string): number | undefined {
  return Object.hasOwn(C, name) ? C[name as ConstantName] : undefined;
}
