import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { checkNamed } from "./tools.ts";

/** The programs that the running test has started, and that have not ended. */
const running = new Set<ChildProcess>();

/** Starts a program that ends with the test at the latest. Needs `--allow-run`. */
export function startProgram(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  for (const word of [program, ...args]) checkNamed(word);
  const child = spawn(program, args, options);
  running.add(child);
  child.once("error", () => running.delete(child));
  child.once("close", () => running.delete(child));
  return child;
}

/** Kills what still runs, and forgets it. */
export function endPrograms(): void {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
}
