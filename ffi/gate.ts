import { systemError } from "./error.ts";
import { errno } from "./libc.ts";

/**
 * Turns the result of a C function into what the kernel itself returns: a negative error number instead of -1. Make the
 * call in the argument, so that nothing runs between the call and the reading of errno.
 *
 * This is the one place in the library that compares with -1.
 *
 * @param result What the function returned.
 * @returns The result, or the negative errno.
 *
 * @example Usage
 * ```ts
 * import { libc, outcome } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(outcome(libc().close(-1)), -9); // EBADF
 * ```
 */
export function outcome(result: number): number {
  if (result !== -1) return result;
  return -errno();
}

/**
 * Like {@linkcode outcome}, but throws the error.
 *
 * @param result What the function returned.
 * @param syscall Its C name.
 * @param address The address that the call was about, as text.
 * @returns The result.
 * @throws {SystemError} If the result is -1.
 *
 * @example Usage
 * ```ts
 * import { check, libc } from "@berkeley/sockets/ffi";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => check(libc().close(-1), "close"), Error, "Cannot close: Bad file descriptor (EBADF)");
 * ```
 */
export function check(result: number, syscall: string, address?: string): number {
  const n = outcome(result);
  if (n < 0) throw systemError(-n, syscall, address);
  return n;
}
