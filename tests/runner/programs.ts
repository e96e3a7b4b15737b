import { type ChildProcess, spawn, type SpawnOptions } from "node:child_process";
import { checkNamed } from "./tools.ts";

/** The programs that the running test has started and that still run. */
const running = new Set<ChildProcess>();

/** Starts a program that ends at the latest with the test. Needs `--allow-run`. */
export function startProgram(program: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  for (const word of [program, ...args]) checkNamed(word);
  const child = spawn(program, args, options);
  running.add(child);
  child.once("error", () => running.delete(child));
  child.once("close", () => running.delete(child));
  return child;
}

/** Kills the programs that still run, and clears the list. */
export function endPrograms(): void {
  for (const child of running) child.kill("SIGKILL");
  running.clear();
}
