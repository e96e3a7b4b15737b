/**
 * Opens the first library that can be opened.
 *
 * @throws {Error} If there is none; the message lists what was tried and why it failed.
 */
export function firstLibrary<T>(paths: readonly string[], open: (path: string) => T): T {
  const failures: string[] = [];
  for (const path of paths) {
    try {
      return open(path);
    } catch (error) {
      if (paths.length === 1) throw error; // a refused permission, or the one library that was permitted
      failures.push(`${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`Cannot open libc, having tried\n  ${failures.join("\n  ")}`);
}
