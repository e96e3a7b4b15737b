import type { CONSTANTS_LINUX } from "./linux/constants.ts";
import { system } from "./system.ts";

/** The C name of a constant that the library knows. */
export type ConstantName = keyof typeof CONSTANTS_LINUX;

/** The value of every constant by its C name; a platform's table that misses one does not compile. */
export type Constants = Readonly<Record<ConstantName, number>>;

/**
 * The constants of this platform, by their C names. On platforms where the library opens no sockets, they are those of
 * Linux, so that the codecs work.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(C.AF_SMC, 43);
 * ```
 */
export const C: Constants = system.constants;
