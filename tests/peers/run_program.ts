import { spawn } from "../runner/spawn.ts";

/**
 * Runs a program to its end with `input` on its standard input, and returns its standard output. Needs `--allow-run`.
 *
 * @throws {Error} If it does not exit with 0; its standard error is in the message.
 */
export async function runProgram(path: string, args: string[] = [], input = ""): Promise<string> {
  await using program = spawn(path, args);
  program.write(input);
  program.closeInput();
  const { code, signal, stdout, stderr } = await program.exit;
  if (code === 0) return stdout;
  throw new Error(`${path} exited with ${code ?? signal}: ${stderr}`);
}
