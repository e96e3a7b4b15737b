import { system } from "./system.ts";

const byNumber = new Map(system.errors.map(([number, name, message]) => [number, { name, message }]));
const byName = new Map([
  ...system.errors.map(([number, name]): [string, number] => [name, number]),
  ...Object.entries(system.errorAliases),
]);

/**
 * The C name of an error number.
 *
 * @param errno The number, as errno(3) has it.
 * @returns The name, or `undefined` for a number that the platform does not define.
 *
 * @example Usage
 * ```ts
 * import { errnoName } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(errnoName(98), "EADDRINUSE");
 * assertEquals(errnoName(4095), undefined);
 * ```
 */
export function errnoName(errno: number): string | undefined {
  return byNumber.get(errno)?.name;
}

/**
 * The number of an error by its C name, aliases included.
 *
 * @param name The name, such as `"EADDRINUSE"`.
 * @returns The number, or `undefined` for a name that the platform does not define.
 *
 * @example Usage
 * ```ts
 * import { errnoNumber } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(errnoNumber("EADDRINUSE"), 98);
 * ```
 */
export function errnoNumber(name: string): number | undefined {
  return byName.get(name);
}

/**
 * The message of strerror(3) for an error number.
 *
 * @param errno The number, as errno(3) has it.
 * @returns The message, in English.
 *
 * @example Usage
 * ```ts
 * import { errnoMessage } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(errnoMessage(98), "Address already in use");
 * assertEquals(errnoMessage(4095), "Unknown error 4095");
 * ```
 */
export function errnoMessage(errno: number): string {
  return byNumber.get(errno)?.message ?? `Unknown error ${errno}`;
}
