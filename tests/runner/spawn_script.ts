import { type Runtime, runtime } from "../../ffi/platform.ts";
import { type Program, spawn } from "./spawn.ts";
import { thisRuntime } from "./this_runtime.ts";

const EVAL: Record<Runtime, string[]> = {
  deno: ["eval"],
  node: ["--input-type=module", "--eval"],
  bun: ["--eval"],
  other: [],
};

/**
 * Runs the source of a module as a separate program, on the same runtime and with all permissions. It must import the
 * library by absolute URLs. Needs `--allow-run --allow-env`.
 *
 * @param source The module.
 * @param under A command with its arguments that starts the program, such as `setpriv`.
 */
export function spawnScript(source: string, under: string[] = []): Program {
  const [program = "", ...args] = [...under, ...thisRuntime(), ...EVAL[runtime()], source];
  return spawn(program, args);
}
