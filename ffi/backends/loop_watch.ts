import type { Backend } from "../native.ts";
import { builtin } from "./builtin.ts";

/** Milliseconds of one wait in a Node thread: the thread cannot be terminated meanwhile. */
export const SLICE = 200;

/**
 * A watch by Node's event loop, on the main thread only. A `Worker` has none: its loop refuses to close while a foreign
 * handle is on it, and the whole program would end with the worker.
 */
export function loopWatch(open: Backend["watch"]): Backend["watch"] | undefined {
  return isMainThread() ? open : undefined;
}

/** Whether this is the main thread. */
export function isMainThread(): boolean {
  return builtin<{ isMainThread: boolean }>("node:worker_threads")?.isMainThread ?? true;
}
