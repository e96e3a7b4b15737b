/** The page's tests, by name. */
export const tests = globalThis.tests ??= [];

/** `node:test` in a browser. */
export function test(name, ...rest) {
  const fn = rest.at(-1);
  tests.push({ name, fn, isSkipped: rest.length > 1 && rest[0].skip === true });
}
