import { writeFileSync } from "node:fs";
import process from "node:process";
import { type Runtime, runtime } from "../../ffi/platform.ts";
import { type Program, spawn } from "./spawn.ts";
import { tempDir } from "./temp_dir.ts";

const RUN: Record<Runtime, string[]> = { deno: ["run", "--quiet", "-A"], node: [], bun: [], other: [] };
const EVAL: Record<Runtime, string[]> = {
  deno: ["eval"],
  node: ["--input-type=module", "--eval"],
  bun: ["--eval"],
  other: [],
};

/**
 * Runs the text of a module as a program of its own, on this same runtime and with all permissions. What it imports of
 * the library it names by an absolute URL. Needs `--allow-run --allow-env --allow-read --allow-write`.
 *
 * @param from Whether the runtime reads the text from a file, or from its arguments.
 */
export function spawnScript(source: string, from: "file" | "arguments" = "file"): Program {
  if (from === "arguments") return spawn(process.execPath, [...EVAL[runtime()], source]);
  const dir = tempDir();
  const file = `${dir.path}/program.mjs`;
  writeFileSync(file, source);
  const program = spawn(process.execPath, [...RUN[runtime()], file]);
  program.exit.catch(() => {}).finally(() => dir[Symbol.dispose]());
  return program;
}
