/**
 * Refuses arguments that nobody would look at.
 *
 * @param action What the call does, for the error: `Cannot <action>: …`.
 * @param given How many arguments were given: `arguments.length`.
 * @param expected The arguments that there are, as a reader writes them, each with what it may hold.
 * @throws {TypeError} If there are more.
 */
export function checkArgumentCount(action: string, given: number, ...expected: readonly string[]): void {
  if (given <= expected.length) return;
  const list = expected.join(", ");
  throw new TypeError(`Cannot ${action}: the arguments are (${list}): current number of arguments is ${given}`);
}
