/** How a program ended. */
export interface Output {
  success: boolean;
  stdout: string;
  stderr: string;
}

/** Milliseconds for a program that is told to end, before it is killed with all that it started. */
const PATIENCE = 5000;

/**
 * Runs a program to its end, for a minute at most where nothing else is said. At the limit it may say what it was about;
 * then it is killed, with all that it started.
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

/** Runs a program that must succeed, and gives its standard output. */
export async function mustRun(command: readonly string[], options?: Parameters<typeof run>[1]): Promise<string> {
  const { success, stdout, stderr } = await run(command, options);
  if (!success) throw new Error(`${command.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

/** Sends a signal to a process, or by a negative number to its group, where there still is one. */
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
