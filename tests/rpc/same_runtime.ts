import process from "node:process";
import { fileURLToPath } from "node:url";

/** How to run a program of this folder on the runtime of this test. */
export function sameRuntime(name: string): { program: string; args: string[] } {
  const extension = import.meta.url.slice(import.meta.url.lastIndexOf("."));
  const file = fileURLToPath(new URL(`./${name}${extension}`, import.meta.url));
  return { program: process.execPath, args: "Deno" in globalThis ? ["run", "--quiet", "-A", file] : [file] };
}
