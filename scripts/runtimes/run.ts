/** How a program ended. */
export interface Output {
  success: boolean;
  stdout: string;
  stderr: string;
}

/** Milliseconds for a program to end when told to, before it is killed with all its children. */
const PATIENCE = 5000;

/**
 * Runs a program to its end, by default for at most a minute. At the limit it gets a signal, so that it can report what
 * it was doing; then it is killed, with all its children.
 */
export async function run(
  [program, ...args]: readonly string[],
  options: { cwd?: string; timeout?: number; env?: Record<string, string> } = {},
): Promise<Output> {
  const { timeout = 60_000, ...rest } = options;
  const pipes = { stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(program ?? "", { args, ...pipes, detached: true, ...rest }).spawn();
  let isLate = false;
  const timers = [
    setTimeout(() => {
      isLate = true;
      kill(child.pid, "SIGTERM");
    }, timeout),
    setTimeout(() => kill(-child.pid, "SIGKILL"), timeout + PATIENCE),
  ];
  const { success, stdout, stderr } = await child.output();
  timers.forEach(clearTimeout);
  if (isLate) kill(-child.pid, "SIGKILL");
  const late = isLate ? `\n${program} did not end within ${timeout / 1000} s\n` : "";
  return { success: success && !isLate, stdout: decode(stdout), stderr: decode(stderr) + late };
}

/** Runs a program that must succeed, and returns its standard output. */
export async function mustRun(command: readonly string[], options?: Parameters<typeof run>[1]): Promise<string> {
  const { success, stdout, stderr } = await run(command, options);
  if (!success) throw new Error(`${command.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** Sends a signal to a process, or to a process group by its negative number, if it still exists. */
export function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}
