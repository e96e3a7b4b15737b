import process from "node:process";
import { type Program, spawn } from "../runner/mod.ts";

/** How {@linkcode deno} runs a program. */
export interface DenoOptions {
  /** Permission flags. Default: all. */
  permissions?: string[];
  /** Flags of V8. */
  v8?: string[];
  /** A program, with its arguments, that runs Deno: `strace`, `prlimit`. */
  under?: string[];
}

/** Runs the text of a program with Deno, without a type check. Needs `--allow-run`. */
export function deno(source: string, options: DenoOptions = {}): Program {
  const { permissions = ["-A"], v8 = [], under = [] } = options;
  const url = `data:application/typescript,${encodeURIComponent(source)}`;
  const flags = v8.length === 0 ? [] : [`--v8-flags=${v8.join(",")}`];
  const command = [
    ...under,
    "Deno" in globalThis ? process.execPath : "deno",
    "run",
    ...["--quiet", "--no-check", "--no-lock", "--no-prompt"],
    ...flags,
    ...permissions,
    url,
  ];
  return spawn(command[0] ?? "", command.slice(1));
}
