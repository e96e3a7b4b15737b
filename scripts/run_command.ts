import { MuxAsyncIterator } from "@std/async/mux-async-iterator";
import { kill } from "./runtimes/run.ts";
import { SUITE_TIMEOUT } from "./runtimes/run_suite.ts";

/** Milliseconds without any output after which a command is ended: more than any test or suite may take. */
const SILENCE = SUITE_TIMEOUT + 60_000;

/** The process groups that run. */
const groups = new Set<number>();

/** Options of {@linkcode runCommand}. */
export interface CommandOptions {
  cwd: string;
  env: Record<string, string>;
  /** Gets each line when it comes, without colours. */
  see(line: string): void;
  /** Gets the lines to print, with their newlines: each when it comes, or those of a whole test file. */
  show(lines: readonly string[]): void;
  /** Whether other commands print between these lines: then those of a test file stay together. */
  isBesideOthers: boolean;
}

/** Runs a command to its end, in a process group of its own, and tells whether it succeeded, and why it was ended. */
export async function runCommand(
  [program = "", ...args]: readonly string[],
  { cwd, env, see, show, isBesideOthers }: CommandOptions,
): Promise<{ success: boolean; ended?: string }> {
  const child = new Deno.Command(program === "deno" ? Deno.execPath() : program, {
    args,
    cwd,
    env,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true, // its own process group, so that all of it can be ended
  }).spawn();
  groups.add(child.pid);
  const end = () => kill(-child.pid, "SIGKILL");
  let isSilent = false;
  const silence = () =>
    setTimeout(() => {
      isSilent = true;
      end();
    }, SILENCE);
  let timer = silence();
  const lines = new MuxAsyncIterator<string>();
  for (const stream of [child.stdout, child.stderr]) lines.add(linesOf(stream));
  const held: string[] = [];
  const flush = () => {
    if (held.length > 0) show(held.splice(0));
  };
  for await (const line of lines) {
    clearTimeout(timer);
    timer = silence();
    // deno-lint-ignore no-control-regex -- the colours of a terminal
    const plain = line.replaceAll(/\x1b\[[\d;]*m/g, "");
    see(plain);
    if (/^running \d+ tests? from /.test(plain)) flush();
    held.push(line);
    if (!isBesideOthers) flush();
  }
  flush();
  clearTimeout(timer);
  const { success } = await child.status;
  end();
  groups.delete(child.pid);
  return isSilent ? { success, ended: `It was ended: it printed nothing for ${SILENCE / 1000} s` } : { success };
}

/** Kills every command that runs, with all that it started. */
export function endCommands(): void {
  for (const pid of groups) kill(-pid, "SIGKILL");
}

/** Whole lines, with their newlines; the last may lack one. */
async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let tail = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const whole = (tail + chunk).split(/(?<=\n)/);
    tail = whole.at(-1)?.endsWith("\n") ? "" : whole.pop() ?? "";
    yield* whole;
  }
  if (tail !== "") yield tail;
}
