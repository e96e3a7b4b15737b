import * as std from "@std/assert";

// The npm build of the assertions has no types; these wrappers add them.

/** Fails unless `condition` is truthy. */
export function assert(condition: unknown, message?: string): asserts condition {
  std.assert(condition, message);
}

/** Fails unless `actual` deeply equals `expected`. */
export function assertEquals<T>(actual: T, expected: T, message?: string): void {
  std.assertEquals(actual, expected, message);
}

/** Fails unless `value` is an instance of `type`. */
export function assertInstanceOf<T>(
  value: unknown,
  // deno-lint-ignore no-explicit-any -- a constructor of any signature
  type: abstract new (...args: any[]) => T,
  message?: string,
): asserts value is T {
  std.assertInstanceOf(value, type, message);
}

/** Fails unless `actual` matches `expected`. */
export function assertMatch(actual: string, expected: RegExp, message?: string): void {
  std.assertMatch(actual, expected, message);
}

/** Fails unless `fn` throws; returns the error. */
export function assertThrows<E extends Error = Error>(
  fn: () => unknown,
  type?: new (...args: never[]) => E,
  messageIncludes?: string,
): E {
  return std.assertThrows(fn, type ?? Error, messageIncludes);
}

/** Fails unless the promise of `fn` rejects; returns the error. */
export function assertRejects<E extends Error = Error>(
  fn: () => Promise<unknown>,
  type?: new (...args: never[]) => E,
  messageIncludes?: string,
): Promise<E> {
  return std.assertRejects(fn, type ?? Error, messageIncludes);
}
