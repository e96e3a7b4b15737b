import { builtin } from "./backend_builtin.ts";
import { held } from "./held.ts";
import type { Bytes } from "./native.ts";

/** The part of `node:worker_threads` that is used, which Bun has too. */
interface WorkerThreads {
  Worker: new(file: URL, options: { execArgv: string[] }) => Thread;
}

interface Thread {
  postMessage(call: Call): void;
  on(event: "message", listener: (result: number) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  ref(): void;
  unref(): void;
  terminate(): Promise<unknown>;
}

/** What a thread is asked to call: pointers by their value. */
export interface Call {
  /** The key of the function in the table. */
  name: string;
  /** Its arguments. */
  args: (number | bigint)[];
}

/** Milliseconds after which a thread that has nothing to do is ended. */
const IDLE_TIME = 500;

/** Threads of one function: more calls at once wait for each other. */
const MAX_THREADS = 4;

/**
 * Makes a function that runs a function of libc in a thread, for runtimes whose FFI is synchronous. A pending call keeps
 * the program alive. Functions do not wait for each other.
 */
export function inThread(
  name: string,
  addressOf: (buffer: Bytes, same: Bytes, length: bigint) => bigint,
): (...args: (number | bigint | Bytes)[]) => Promise<number> {
  const callers: Caller[] = [];
  return (...args) => {
    const addresses = args.map((arg) => {
      if (arg === null) return 0n;
      return typeof arg === "object" ? addressOf(arg, arg, 0n) : arg;
    });
    let caller = callers.find(({ calls }) => calls === 0);
    if (caller === undefined && callers.length < MAX_THREADS) callers.push(caller = new Caller(callers));
    caller ??= callers.reduce((least, other) => other.calls < least.calls ? other : least);
    return held(caller.call({ name, args: addresses }), args);
  };
}

/** A thread that takes calls one after the other; between them it does not keep the program alive. */
class Caller {
  /** Calls that are not answered yet. */
  calls = 0;
  readonly #all: Caller[];
  readonly #thread: Thread;
  readonly #pending: { resolve: (result: number) => void; reject: (error: Error) => void }[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(all: Caller[]) {
    this.#all = all;
    const { Worker } = builtin<WorkerThreads>("node:worker_threads") as WorkerThreads;
    const file = `./backend_thread.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`;
    // The program's own flags may be ones that a file cannot have, such as --input-type.
    this.#thread = new Worker(new URL(file, import.meta.url), { execArgv: [] });
    this.#thread.on("message", (result) => this.#answered(result));
    this.#thread.on("error", (error) => this.#failed(error));
  }

  call(call: Call): Promise<number> {
    clearTimeout(this.#timer);
    if (this.calls++ === 0) this.#thread.ref();
    this.#thread.postMessage(call);
    return new Promise((resolve, reject) => this.#pending.push({ resolve, reject }));
  }

  #answered(result: number): void {
    this.#pending.shift()?.resolve(result);
    if (--this.calls > 0) return;
    this.#thread.unref();
    this.#timer = setTimeout(() => this.#end(), IDLE_TIME);
    (this.#timer as unknown as { unref(): void }).unref();
  }

  #failed(error: Error): void {
    this.#end();
    for (const { reject } of this.#pending.splice(0)) reject(error);
  }

  #end(): void {
    this.#all.splice(this.#all.indexOf(this), 1);
    void this.#thread.terminate();
  }
}
