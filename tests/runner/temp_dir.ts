import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * A folder for one test, with a short path: that of a unix socket must fit 107 bytes. The end of `using` removes it.
 */
export interface TempDir extends Disposable {
  /** Absolute path, without a slash at its end. */
  path: string;
}

/** Makes an empty folder. Needs `--allow-read --allow-write --allow-env`. */
export function tempDir(): TempDir {
  const path = mkdtempSync(join(tmpdir(), "sockets-"));
  return {
    path,
    [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }),
  };
}
