import { fileURLToPath } from "node:url";
import { runFile } from "../runner/mod.ts";

/** How to run a program of the tests, such as `rpc/hostile_server`, on the runtime of this test. */
export function sameRuntime(name: string): { program: string; args: string[] } {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const file = fileURLToPath(new URL(`../${name}${extension}`, import.meta.url));
  const [program = "", ...args] = runFile(file);
  return { program, args };
}
