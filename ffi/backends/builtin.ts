/** The part of `process` of Node and Bun that the backends use. */
interface Process {
  argv: string[];
  env: Record<string, string | undefined>;
  execArgv: string[];
  cwd(): string;
  getBuiltinModule(name: string): unknown;
  on(event: "exit", listener: () => void): void;
  off(event: "exit", listener: () => void): void;
}

/** The runtime's `process`. */
export function host(): Process {
  return (globalThis as unknown as { process: Process }).process;
}

/**
 * Loads a module that is built into Node or Bun, synchronously and without an import that other runtimes would refuse.
 * Returns `undefined` if this version has no module of that name.
 */
export function builtin<T>(name: string): T | undefined {
  return host().getBuiltinModule(name) as T | undefined;
}

/** Whether this is the main thread. */
export function isMainThread(): boolean {
  return builtin<{ isMainThread: boolean }>("node:worker_threads")?.isMainThread ?? true;
}
