import { writeFileSync } from "node:fs";
import process from "node:process";
import { runtime } from "../../ffi/platform.ts";
import { type Program, spawn } from "./spawn.ts";
import { tempDir } from "./temp_dir.ts";

/**
 * Runs the text of a module from a file, as users run their programs: runtimes settle promises otherwise than where they
 * take the text from their arguments. Needs `--allow-run --allow-env --allow-read --allow-write`.
 */
export function spawnFile(source: string): Program {
  const dir = tempDir();
  const file = `${dir.path}/program.mjs`;
  writeFileSync(file, source);
  const program = spawn(process.execPath, runtime() === "deno" ? ["run", "--quiet", "-A", file] : [file]);
  program.exit.catch(() => {}).finally(() => dir[Symbol.dispose]());
  return program;
}
