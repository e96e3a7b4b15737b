import { libc } from "./libc.ts";
import { copyMemory } from "./memory.ts";

/**
 * Reads a variable of the environment by getenv(3), so that no permission but `--allow-ffi` is needed.
 *
 * @param name The variable.
 * @returns Its text, or `undefined` where it is not set.
 *
 * @example Usage
 * ```ts
 * import { environmentVariable } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(environmentVariable("SURELY_NOT_SET"), undefined);
 * ```
 */
export function environmentVariable(name: string): string | undefined {
  const address = libc().getenv(new TextEncoder().encode(`${name}\0`));
  if (address === 0n) return undefined;
  const text = new Uint8Array(Number(libc().strlen(address)));
  if (text.length > 0) copyMemory(text, address);
  return new TextDecoder().decode(text);
}

/**
 * The ids of this process: what `SCM_CREDENTIALS` may say without privileges.
 *
 * @returns The process id, and the real user and group id.
 *
 * @example Usage
 * ```ts
 * import { processIds } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * assert(processIds().pid > 0);
 * ```
 */
export function processIds(): { pid: number; uid: number; gid: number } {
  return { pid: libc().getpid(), uid: libc().getuid(), gid: libc().getgid() };
}
