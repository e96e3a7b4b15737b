/**
 * Runs a program to its end with `input` on its standard input, and gives its standard output. Needs `--allow-run`.
 *
 * @throws {Error} If it does not exit with 0; its standard error is in the message.
 */
export async function runProgram(path: string, args: string[] = [], input = ""): Promise<string> {
  const command = new Deno.Command(path, { args, stdin: "piped", stdout: "piped", stderr: "piped" });
  const child = command.spawn();
  const [output] = await Promise.all([child.output(), feed(child.stdin, input)]);
  if (output.success) return new TextDecoder().decode(output.stdout);
  throw new Error(`${path} exited with ${output.code}: ${new TextDecoder().decode(output.stderr)}`);
}

/** A program may end without reading all: its exit code and output tell then what happened, not the broken pipe. */
async function feed(stdin: WritableStream<Uint8Array>, input: string): Promise<void> {
  try {
    await new Blob([input]).stream().pipeTo(stdin);
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
  }
}
