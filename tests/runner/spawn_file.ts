import { writeFileSync } from "node:fs";
import { type Program, spawn } from "./spawn.ts";
import { tempDir } from "./temp_dir.ts";
import { runFile } from "./this_runtime.ts";

/**
 * Runs the source of a module from a file, as users run their programs: runtimes settle promises differently when they
 * take the source from their arguments. Needs `--allow-run --allow-env --allow-read --allow-write`.
 */
export function spawnFile(source: string): Program {
  const dir = tempDir();
  const file = `${dir.path}/program.mjs`;
  writeFileSync(file, source);
  const [command = "", ...args] = runFile(file);
  const program = spawn(command, args);
  program.exit.catch(() => {}).finally(() => dir[Symbol.dispose]());
  return program;
}
