/** How a program ended. */
export interface Output {
  success: boolean;
  stdout: string;
  stderr: string;
}

/** Runs a program to its end, for a minute at most where nothing else is said. */
export async function run(
  [program, ...args]: readonly string[],
  options: { cwd?: string; timeout?: number; env?: Record<string, string> } = {},
): Promise<Output> {
  const { timeout = 60_000, ...rest } = options;
  const command = new Deno.Command(program ?? "", {
    args,
    stdin: "null",
    signal: AbortSignal.timeout(timeout),
    ...rest,
  });
  const { success, stdout, stderr } = await command.output();
  return { success, stdout: decode(stdout), stderr: decode(stderr) };
}

/** Runs a program that must succeed, and gives its standard output. */
export async function mustRun(command: readonly string[], options?: Parameters<typeof run>[1]): Promise<string> {
  const { success, stdout, stderr } = await run(command, options);
  if (!success) throw new Error(`${command.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
