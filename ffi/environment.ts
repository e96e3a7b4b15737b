import { host } from "./backends/builtin.ts";
import { libc } from "./libc.ts";
import { copyMemory } from "./memory.ts";
import { runtime } from "./platform.ts";

/**
 * Reads an environment variable: on Deno by getenv(3), which needs only `--allow-ffi`; elsewhere through `process.env`,
 * since in Bun and in Node's Workers getenv(3) does not see what the program sets.
 *
 * @param name The variable.
 * @returns Its value, or `undefined` if it is not set.
 *
 * @example Usage
 * ```ts
 * import { environmentVariable } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(environmentVariable("NO_SUCH_VARIABLE"), undefined);
 * ```
 */
export function environmentVariable(name: string): string | undefined {
  if (runtime() !== "deno") return host().env[name];
  const address = libc().getenv(new TextEncoder().encode(`${name}\0`));
  if (address === 0n) return undefined;
  const text = new Uint8Array(Number(libc().strlen(address)));
  if (text.length > 0) copyMemory(text, address);
  return new TextDecoder().decode(text);
}

/**
 * The ids of this process, which `SCM_CREDENTIALS` may carry without privileges.
 *
 * @returns The process id, and the real user and group id.
 *
 * @example Usage
 * ```ts
 * import { processIds } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(processIds().pid > 0, true);
 * ```
 */
export function processIds(): { pid: number; uid: number; gid: number } {
  return { pid: libc().getpid(), uid: libc().getuid(), gid: libc().getgid() };
}
