import { libc } from "./libc.ts";
import { copyMemory } from "./memory.ts";

/**
 * Reads an environment variable by getenv(3), which needs `--allow-ffi` only.
 *
 * @param name The variable.
 * @returns Its value, or `undefined` if it is not set.
 */
export function environmentVariable(name: string): string | undefined {
  const address = libc().getenv(new TextEncoder().encode(`${name}\0`));
  if (address === 0n) return undefined;
  const text = new Uint8Array(Number(libc().strlen(address)));
  if (text.length > 0) copyMemory(text, address);
  return new TextDecoder().decode(text);
}

/**
 * The ids of this process: those that `SCM_CREDENTIALS` may carry without privileges.
 *
 * @returns The process id, and the real user and group id.
 */
export function processIds(): { pid: number; uid: number; gid: number } {
  return { pid: libc().getpid(), uid: libc().getuid(), gid: libc().getgid() };
}
