import process from "node:process";

/** An environment variable; `undefined` if it is not set, or the program may not read it. */
export function environment(name: string): string | undefined {
  try {
    return process.env[name];
  } catch {
    return undefined; // no --allow-env
  }
}

/** Whether the program runs as root, and is permitted to know it. */
export function isRoot(): boolean {
  try {
    return process.getuid?.() === 0;
  } catch {
    return false; // no --allow-sys
  }
}
