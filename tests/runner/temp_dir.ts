import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A folder of a test's own, with a short path: one of a unix socket fits 107 bytes. Removed at the end of `using`. */
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
