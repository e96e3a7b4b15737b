import process from "node:process";
import { test as nodeTest } from "node:test";

/** The part of `Deno` that the runner uses; other runtimes lack its types. */
interface DenoHost {
  test(definition: { name: string; ignore?: boolean; fn: () => void | Promise<void> }): void;
  permissions: { querySync(descriptor: { name: string }): { state: string } };
}

const deno = (globalThis as { Deno?: DenoHost }).Deno;

/** Registers a test with the current runtime. */
export function register(name: string, fn: () => void | Promise<void>): void {
  if (deno === undefined) nodeTest(name, async () => await fn()); // Bun's runner supports it too
  else deno.test({ name, fn });
}

/** Registers a test that is shown as skipped. */
export function registerSkipped(name: string): void {
  if (deno === undefined) nodeTest(name, { skip: true }, () => {});
  else deno.test({ name, ignore: true, fn: () => {} });
}

/** Whether the program has a permission; only Deno has permissions. */
export function granted(permission: string): boolean {
  return deno === undefined || deno.permissions.querySync({ name: permission }).state === "granted";
}

/** Calls `fn` when the program ends. `deno test` signals the end of each file only with the event. */
export function atExit(fn: () => void): void {
  if (deno === undefined) process.once("exit", fn);
  else globalThis.addEventListener("unload", fn);
}
