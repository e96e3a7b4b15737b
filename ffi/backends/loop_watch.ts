import type { Backend } from "../native.ts";
import { builtin } from "./builtin.ts";

/** Milliseconds that a thread of Node waits at once: for so long it cannot be ended. */
export const SLICE = 200;

/**
 * A watch by Node's own loop, on the thread that the program began with. In a `Worker` there is none: there the loop
 * refuses to be closed with a foreign watch on it, and the whole program would end with the worker.
 */
export function loopWatch(open: Backend["watch"]): Backend["watch"] | undefined {
  return isMainThread() ? open : undefined;
}

/** Whether this is the thread that the program began with. */
export function isMainThread(): boolean {
  return builtin<{ isMainThread: boolean }>("node:worker_threads")?.isMainThread ?? true;
}
