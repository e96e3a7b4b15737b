import process from "node:process";
import { type Program, spawn } from "../runner/mod.ts";

/** Runs the text of a program with Deno, without a type check. Needs `--allow-run`. */
export function deno(source: string, permissions: string[] = ["-A"], flags: string[] = []): Program {
  const url = `data:application/typescript,${encodeURIComponent(source)}`;
  const program = "Deno" in globalThis ? process.execPath : "deno";
  return spawn(program, ["run", "--quiet", "--no-check", "--no-lock", "--no-prompt", ...flags, ...permissions, url]);
}
