import { readdirSync, readlinkSync } from "node:fs";

/** What each open descriptor of this process refers to, by number; undefined if `/proc` is not readable. */
export function openDescriptors(): Map<number, string> | undefined {
  const open = new Map<number, string>();
  try {
    for (const name of readdirSync("/proc/self/fd")) {
      const target = linkOf(name);
      if (target !== undefined && !ofTheRuntime(target)) open.set(Number(name), target);
    }
  } catch {
    return undefined; // no permission to read, or no procfs: the test itself still counts
  }
  return open;
}

/** Descriptors open now that were not open in `before`, given some time to settle. */
export async function leakedDescriptors(before: Map<number, string>): Promise<string[]> {
  let leaked: string[] = [];
  for (let round = 0; round < 50; round++) {
    leaked = [...openDescriptors() ?? []]
      .filter(([fd, target]) => before.get(fd) !== target)
      .map(([fd, target]) => `${fd} -> ${target}`);
    // A number that the runtime closed and opened again is not a leak: compare the counts.
    if ((openDescriptors()?.size ?? 0) <= before.size) return [];
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return leaked;
}

function linkOf(name: string): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${name}`);
  } catch {
    return undefined; // the descriptor of the directory listing itself
  }
}

/** The runtimes open such descriptors themselves. */
function ofTheRuntime(target: string): boolean {
  return target === "anon_inode:[eventpoll]" || target === "anon_inode:[eventfd]";
}
