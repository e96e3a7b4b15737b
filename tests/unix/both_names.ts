import type { UnixAbstractAddr, UnixPathAddr } from "@berkeley/sockets/unix";
import { type Permission, tempDir, test } from "../runner/mod.ts";

/** What a test needs that runs a program at the other end of a unix socket. */
export const needs: Permission[] = ["read", "write", "env", "run", "sys"];

/** Runs the test at a path, and at an abstract name. */
export function bothTest(
  title: string,
  fn: (addr: UnixPathAddr | UnixAbstractAddr, name: string, folder: string) => Promise<void>,
): void {
  test(`${title}, at a path`, { needs }, async () => {
    using dir = tempDir();
    await fn({ path: `${dir.path}/s` }, `${dir.path}/s`, dir.path);
  });
  test(`${title}, at an abstract name`, { needs }, async () => {
    using dir = tempDir();
    const abstract = `sockets-${crypto.randomUUID()}`;
    await fn({ abstract }, `@${abstract}`, dir.path);
  });
}
