/**
 * Opens the first library that can be opened.
 *
 * @throws {Error} If none can be opened; the message lists each path and why it failed.
 */
export function firstLibrary<T>(paths: readonly string[], open: (path: string) => T): T {
  const failures: string[] = [];
  for (const path of paths) {
    try {
      return open(path);
    } catch (error) {
      // A refused permission, or the only permitted library: the runtime's message names the flag.
      if (paths.length === 1 || (error as { code?: string }).code === "ERR_ACCESS_DENIED") throw error;
      failures.push(`${path}: ${error instanceof Error ? error.message : error}`);
    }
  }
  throw new Error(`Cannot open libc, having tried\n  ${failures.join("\n  ")}`);
}
