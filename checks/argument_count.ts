/**
 * Refuses arguments that nobody would look at.
 *
 * @param action What the call does, for the error: `Cannot <action>: …`.
 * @param given How many arguments were given: `arguments.length`.
 * @param expected The arguments that the function takes, each with what it may hold.
 * @throws {TypeError} If there are more.
 */
export function checkArgumentCount(action: string, given: number, ...expected: readonly string[]): void {
  if (given > expected.length) throw surplusArguments(action, given, expected);
}

/**
 * As {@linkcode checkArgumentCount}, for a function that returns a promise without being `async`: it compares the number
 * of arguments itself, and calls this only if there are too many.
 */
export function refuseArguments(action: string, given: number, ...expected: readonly string[]): Promise<never> {
  return Promise.reject(surplusArguments(action, given, expected));
}

function surplusArguments(action: string, given: number, expected: readonly string[]): TypeError {
  const list = expected.length === 0 ? "there are no arguments" : `the arguments are (${expected.join(", ")})`;
  return new TypeError(`Cannot ${action}: ${list}: current number of arguments is ${given}`);
}
