import { builtin } from "./backend_builtin.ts";
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

interface Caller {
  readonly thread: Thread;
  timer: ReturnType<typeof setTimeout> | undefined;
  resolve: (result: number) => void;
  reject: (error: Error) => void;
}

/** Milliseconds after which a thread that has nothing to do is ended. */
const IDLE_TIME = 500;

/** Threads that have nothing to do; they do not keep the program alive. The one that worked last is at the end. */
const idle: Caller[] = [];

/**
 * Makes a function that runs a function of libc in a thread, for runtimes whose FFI is synchronous. A pending call keeps
 * the program alive; calls do not wait for each other.
 */
export function inThread(
  name: string,
  addressOf: (buffer: Bytes, same: Bytes, length: number) => bigint,
): (...args: (number | bigint | Bytes)[]) => Promise<number> {
  return async (...args) => {
    const caller = idle.pop() ?? start();
    clearTimeout(caller.timer);
    const addresses = args.map((arg) => {
      if (arg === null) return 0n;
      return typeof arg === "object" ? addressOf(arg, arg, 0) : arg;
    });
    const result = new Promise<number>((resolve, reject) => Object.assign(caller, { resolve, reject }));
    caller.thread.ref();
    caller.thread.postMessage({ name, args: addresses });
    const value = await result;
    void args; // held until here: a thread writes to their memory
    rest(caller);
    return value;
  };
}

function start(): Caller {
  const { Worker } = builtin<WorkerThreads>("node:worker_threads") as WorkerThreads;
  const file = `./backend_thread.${import.meta.url.endsWith(".ts") ? "ts" : "js"}`;
  // The program's own flags may be ones that a file cannot have, such as --input-type.
  const thread = new Worker(new URL(file, import.meta.url), { execArgv: [] });
  const caller: Caller = { thread, timer: undefined, resolve: () => {}, reject: () => {} };
  thread.on("message", (result) => caller.resolve(result));
  thread.on("error", (error) => caller.reject(error));
  return caller;
}

function rest(caller: Caller): void {
  caller.thread.unref();
  idle.push(caller);
  caller.timer = setTimeout(() => {
    idle.splice(idle.indexOf(caller), 1);
    void caller.thread.terminate();
  }, IDLE_TIME);
  (caller.timer as unknown as { unref(): void }).unref();
}
