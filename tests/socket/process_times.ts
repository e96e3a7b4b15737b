import { readFileSync } from "node:fs";

/** The processor time that a process has used, in clock ticks (of 10 ms on every Linux). Needs `--allow-read`. */
export function processorTicks(pid: number): number {
  // proc_pid_stat(5): the name in parentheses may have spaces; utime and stime are fields 14 and 15.
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return Number(fields[11]) + Number(fields[12]);
}
