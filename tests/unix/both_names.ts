import type { UnixAbstractAddr, UnixPathAddr } from "@berkeley/sockets/unix";
import { type Need, tempDir, test, type Tool } from "../runner/mod.ts";

/** What a test needs besides the program at the other end of a unix socket. */
export const needs: Need[] = ["read", "write", "env", "run", "sys"];

/** Runs the test with a path and with an abstract name, if the program for the other end is there. */
export function bothTest(
  title: string,
  tool: Tool,
  fn: (addr: UnixPathAddr | UnixAbstractAddr, name: string, folder: string) => Promise<void>,
): void {
  test(`${title}, at a path`, { needs: [...needs, tool] }, async () => {
    using dir = tempDir();
    await fn({ path: `${dir.path}/s` }, `${dir.path}/s`, dir.path);
  });
  test(`${title}, at an abstract name`, { needs: [...needs, tool] }, async () => {
    using dir = tempDir();
    const abstract = `sockets-${crypto.randomUUID()}`;
    await fn({ abstract }, `@${abstract}`, dir.path);
  });
}
