import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { atExit } from "../runner/runtime.ts";
import { tempDir } from "../runner/temp_dir.ts";
import { runProgram } from "./run_program.ts";

const programs = new Map<string, Promise<string>>();
let folder: string | undefined;

/**
 * Compiles a C program with the system's `cc`, once per process, and returns the path of the executable, which is
 * removed when the process ends. Needs `--allow-run --allow-read --allow-write --allow-env`.
 *
 * @param source The C text, or the URL of the file that holds it.
 * @throws {Error} If it does not compile without a warning.
 */
export function compileC(source: string | URL): Promise<string> {
  const key = String(source);
  let program = programs.get(key);
  if (program === undefined) {
    program = compile(source, String(programs.size));
    programs.set(key, program);
  }
  return program;
}

async function compile(source: string | URL, name: string): Promise<string> {
  const path = `${temporaryFolder()}/${name}`;
  const file = source instanceof URL ? fileURLToPath(source) : `${path}.c`;
  if (!(source instanceof URL)) writeFileSync(file, source);
  await runProgram("cc", ["-std=gnu11", "-O2", "-Wall", "-Wextra", "-Werror", "-pthread", "-o", path, file]);
  return path;
}

function temporaryFolder(): string {
  if (folder === undefined) {
    const made = tempDir();
    atExit(() => made[Symbol.dispose]());
    folder = made.path;
  }
  return folder;
}
