import type { Signature } from "../native.ts";
import { builtin, host } from "./builtin.ts";

/** The part of `node:worker_threads` that is used, which Bun has too. */
interface WorkerThreads {
  Worker: new (program: string, options: { eval: true; execArgv: string[] }) => Thread;
}

interface Thread {
  postMessage(args: Args): void;
  on(event: "message", listener: (result: number) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

type Args = (number | bigint)[];

/** Milliseconds after which an idle thread is terminated. */
const IDLE_TIME = 500;

/** Threads for one function: further calls wait for a free one. */
const MAX_THREADS = 4;

/**
 * Makes a function that runs a function of libc in a thread, for runtimes whose FFI is synchronous. A pending call keeps
 * the program alive. Functions do not wait for each other.
 *
 * @param source A JavaScript expression for the function; `require` is available.
 * @param checkRoom Throws if no thread can be started now: calls then go to those that exist, or are rejected.
 */
export function inThread(
  source: string,
  { parameters }: Signature,
  checkRoom: () => void,
): (...args: Args) => Promise<number> {
  const program = programOf(source, parameters.length);
  const callers = new Set<Caller>();
  const waiting: (() => void)[] = [];
  return async (...args) => {
    try {
      for (;;) {
        const caller = [...callers].find(({ isBusy }) => !isBusy) ?? start();
        if (caller !== undefined) return await caller.call(args);
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    } finally {
      waiting.shift()?.();
    }
  };

  function start(): Caller | undefined {
    if (callers.size === MAX_THREADS || !hasRoom(callers.size === 0)) return undefined;
    const caller = new Caller(program, callers);
    callers.add(caller);
    return caller;
  }

  function hasRoom(isRequired: boolean): boolean {
    try {
      checkRoom();
      return true;
    } catch (error) {
      if (isRequired) throw error;
      return false;
    }
  }
}

/**
 * A string rather than a separate file, which would be missing from a program that is bundled into one file. The
 * arguments are not spread: V8 crashes when it compiles a `node:ffi` call with spread arguments.
 */
function programOf(source: string, parameters: number): string {
  return `const { parentPort } = require("node:worker_threads");
const call = ${source};
parentPort.on("message", (a) => parentPort.postMessage(call(${
    Array.from({ length: parameters }, (_, i) => `a[${i}]`).join(", ")
  })));`;
}

/** Only the program's flags that hide warnings: `--input-type=module` would remove `require`. */
function warningFlags(): string[] {
  return host().execArgv.filter((flag) => /^--(?:no-warnings$|disable-warning=)/.test(flag));
}

/** A thread that runs one call at a time; between calls it does not keep the program alive. */
class Caller {
  readonly #all: Set<Caller>;
  readonly #thread: Thread;
  #pending: { resolve: (result: number) => void; reject: (error: Error) => void } | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(program: string, all: Set<Caller>) {
    this.#all = all;
    const { Worker } = builtin<WorkerThreads>("node:worker_threads") as WorkerThreads;
    this.#thread = new Worker(program, { eval: true, execArgv: warningFlags() });
    this.#thread.on("message", (result) => this.#answered(result));
    this.#thread.on("error", (error) => this.#failed(error));
  }

  get isBusy(): boolean {
    return this.#pending !== undefined;
  }

  call(args: Args): Promise<number> {
    clearTimeout(this.#timer);
    this.#thread.ref();
    this.#thread.postMessage(args);
    return new Promise((resolve, reject) => this.#pending = { resolve, reject });
  }

  #answered(result: number): void {
    this.#pending?.resolve(result);
    this.#pending = undefined;
    this.#thread.unref();
    this.#timer = setTimeout(() => this.#end(), IDLE_TIME);
    (this.#timer as unknown as { unref(): void }).unref();
  }

  #failed(error: Error): void {
    this.#end();
    this.#pending?.reject(error);
  }

  #end(): void {
    this.#all.delete(this);
    void this.#thread.terminate();
  }
}
