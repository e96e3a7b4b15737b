import { CONSTANTS_LINUX } from "./linux/constants.ts";
import { type Platform, platform } from "./platform.ts";

/** The C name of a constant that the library knows. */
export type ConstantName = keyof typeof CONSTANTS_LINUX;

/** The value of every constant by its C name; a platform's table that lacks one does not compile. */
export type Constants = Readonly<Record<ConstantName, number>>;

/**
 * The constants of a platform.
 *
 * @param on The platform.
 * @returns The table, by C name.
 * @throws {Error} If the library has no table for the platform.
 *
 * @example Usage
 * ```ts
 * import { constantsOf } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(constantsOf({ os: "linux", arch: "aarch64" }).AF_INET6, 10);
 * ```
 */
export function constantsOf(on: Platform): Constants {
  if (on.os !== "linux") throw new Error(`Cannot give the constants of this platform: current platform is ${on.os}`);
  return CONSTANTS_LINUX;
}

/**
 * The constants of this platform, by their C names.
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(C.AF_SMC, 43);
 * ```
 */
export const C: Constants = constantsOf(platform());
