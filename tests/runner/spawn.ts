import type { ChildProcess } from "node:child_process";
import process from "node:process";
import { runtime } from "../../ffi/platform.ts";
import { isRingRefused } from "./io_uring.ts";
import { startProgram } from "./programs.ts";

/** Options of {@linkcode spawn}. */
export interface SpawnOptions {
  /** Working directory. Default: that of this process. */
  cwd?: string;
  /** Variables added to the environment of this process. */
  env?: Record<string, string>;
}

/** The result of a program. */
export interface Exit {
  /** Exit code; `null` if a signal ended it. */
  code: number | null;
  /** The signal that ended it. */
  signal: string | null;
  /** The whole standard output. */
  stdout: string;
  /** The whole standard error. */
  stderr: string;
}

/**
 * A program that runs alongside the test. The end of `await using` kills it if it still runs, and waits for its end.
 */
export interface Program extends AsyncDisposable {
  /** Process id. */
  readonly pid: number;
  /** Fulfilled when the program has ended, however it ended; rejected if it could not be started. */
  readonly exit: Promise<Exit>;
  /** Writes to its standard input; it is not an error if the program has stopped reading. */
  write(text: string): void;
  /** Ends its standard input. */
  closeInput(): void;
  /** The next line of its standard output, without its newline; `undefined` once that has ended. */
  line(): Promise<string | undefined>;
  /** Sends a signal. Default: `"SIGKILL"`. */
  kill(signal?: "SIGTERM" | "SIGKILL" | "SIGSTOP" | "SIGCONT" | "SIGINT"): void;
}

/**
 * Starts a program with pipes on its standard streams; it ends at the latest with the test. If it is one of
 * {@linkcode PACKAGES}, the test must name it in `needs`. Needs `--allow-run`.
 */
export function spawn(program: string, args: string[] = [], options: SpawnOptions = {}): Program {
  const { cwd } = options;
  // Where io_uring is refused, the library says so once on the standard error, between what the test expects there.
  const env = runtime() !== "node" && isRingRefused()
    ? { BERKELEY_SOCKETS_WAKE: "thread", ...options.env }
    : options.env;
  const child = startProgram(program, args, {
    stdio: "pipe",
    ...(cwd === undefined ? {} : { cwd }),
    ...(env === undefined ? {} : { env: { ...process.env, ...env } }),
  });
  return new Running(child);
}

class Running implements Program {
  readonly exit: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #lines: string[] = []; // complete lines that were not read yet
  readonly #waiting: ((line: string | undefined) => void)[] = [];
  #stdout = "";
  #stderr = "";
  #unread = ""; // the beginning of a line
  #ended = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdin?.on("error", () => {}); // a program may end without reading all
    child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#take(text)).on("end", () => this.#end());
    child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#stderr += text);
    this.exit = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code, signal) => resolve({ code, signal, stdout: this.#stdout, stderr: this.#stderr }));
    });
    this.exit.catch(() => this.#end());
  }

  get pid(): number {
    return this.#child.pid ?? -1;
  }

  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  closeInput(): void {
    this.#child.stdin?.end();
  }

  line(): Promise<string | undefined> {
    if (this.#lines.length > 0) return Promise.resolve(this.#lines.shift());
    if (this.#ended) return Promise.resolve(undefined);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  kill(signal: Parameters<Program["kill"]>[0] = "SIGKILL"): void {
    this.#child.kill(signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.kill();
    await this.exit.catch(() => {});
  }

  #take(text: string): void {
    this.#stdout += text; // not searched: on Node, a search in a text that grows takes time for all of it each time
    const lines = text.split("\n");
    lines[0] = this.#unread + lines[0];
    this.#unread = lines.pop() ?? "";
    for (const line of lines) this.#give(line);
  }

  #end(): void {
    if (this.#ended) return;
    if (this.#unread !== "") this.#give(this.#unread);
    this.#ended = true;
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }

  #give(line: string): void {
    const resolve = this.#waiting.shift();
    if (resolve === undefined) this.#lines.push(line);
    else resolve(line);
  }
}
