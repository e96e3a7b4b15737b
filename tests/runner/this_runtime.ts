import process from "node:process";
import { runtime } from "../../ffi/platform.ts";
import { environment } from "./environment.ts";

/**
 * The command that starts the current runtime; if a loader starts it, the variable `TEST_RUNTIME` has the command as
 * JSON.
 */
export function thisRuntime(): string[] {
  const command = environment("TEST_RUNTIME");
  return command === undefined ? [process.execPath] : JSON.parse(command);
}

/** The command that runs a module file on the current runtime, with all permissions. */
export function runFile(file: string): string[] {
  return [...thisRuntime(), ...runtime() === "deno" ? ["run", "--quiet", "-A"] : [], file];
}
