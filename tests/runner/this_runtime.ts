import process from "node:process";
import { runtime } from "../../ffi/platform.ts";
import { environment } from "./environment.ts";

/** The command that starts this same runtime; the variable `TEST_RUNTIME` has it, as JSON, where a loader starts it. */
export function thisRuntime(): string[] {
  const command = environment("TEST_RUNTIME");
  return command === undefined ? [process.execPath] : JSON.parse(command);
}

/** The command that runs the file of a module on this same runtime, with all permissions. */
export function runFile(file: string): string[] {
  return [...thisRuntime(), ...runtime() === "deno" ? ["run", "--quiet", "-A"] : [], file];
}
