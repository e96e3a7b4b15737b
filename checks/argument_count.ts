/**
 * Refuses surplus arguments, which would be ignored.
 *
 * @param action What the call does, for the error: `Cannot <action>: …`.
 * @param given How many arguments were given: `arguments.length`.
 * @param expected The arguments that the function takes, each with what it may hold.
 * @throws {TypeError} If there are too many.
 */
export function checkArgumentCount(action: string, given: number, ...expected: readonly string[]): void {
  if (given > expected.length) throw surplusArguments(action, given, ...expected);
}

/** The error of {@linkcode checkArgumentCount}, for a function that rejects with it. */
export function surplusArguments(action: string, given: number, ...expected: readonly string[]): TypeError {
  const list = expected.join(", ");
  return new TypeError(`Cannot ${action}: the arguments are (${list}): current number of arguments is ${given}`);
}
