import { readFileSync } from "node:fs";

/** Waits until a program listens on a unix socket of this path: its file exists a moment earlier. */
export async function untilListening(path: string): Promise<void> {
  for (let i = 0; !listens(path); i++) {
    if (i === 500) throw new Error(`Nobody listens on ${path}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** `/proc/net/unix` has a line for each socket: `Num RefCount Protocol Flags Type St Inode Path`. */
function listens(path: string): boolean {
  const __SO_ACCEPTCON = "00010000";
  return readFileSync("/proc/net/unix", "latin1").split("\n").some((line) => {
    const columns = line.split(/\s+/);
    return columns[3] === __SO_ACCEPTCON && columns[7] === path;
  });
}
