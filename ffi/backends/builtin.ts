/** Gives the modules that are part of the runtime, synchronously and without an import that other runtimes would refuse. */
interface Host {
  process: { getBuiltinModule(name: string): unknown };
}

/** A module that is built into Node or Bun; `undefined` if this version has none of that name. */
export function builtin<T>(name: string): T | undefined {
  return (globalThis as unknown as Host).process.getBuiltinModule(name) as T | undefined;
}
