/** Runs a program and returns its standard output; if it fails, throws an error with its standard error. */
export async function run(program: string, args: string[], options: { cwd?: string } = {}): Promise<string> {
  const { success, code, stdout, stderr } = await new Deno.Command(program, { args, ...options }).output();
  const decoder = new TextDecoder();
  if (!success) {
    throw new Error(`Cannot run ${program} ${args.join(" ")}: it ended with ${code}\n${decoder.decode(stderr).trim()}`);
  }
  return decoder.decode(stdout);
}

/** Whether `program` is on PATH. */
export async function hasProgram(program: string): Promise<boolean> {
  const { success } = await new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" }).output();
  return success;
}

/** Prints a line of progress. */
export function say(text: string): void {
  console.error(`guest: ${text}`);
}
