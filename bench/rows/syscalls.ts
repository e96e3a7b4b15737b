import type { Row } from "../row.ts";
import { againstEach, TCP_SERVERS } from "./contenders.ts";

/** How many system calls a round trip costs, counted by strace: a count only, for strace slows everything. */
export const SYSCALL_ROWS: Row[] = [1, 32].map((connections) => ({
  name: `syscalls64x${connections}`,
  title: `System calls of a TCP round trip, 64 B on ${connections} connection${connections === 1 ? "" : "s"}`,
  unit: "calls",
  better: "lower",
  contenders: againstEach(TCP_SERVERS, [
    ...["deno", "run", "-A", "bench/measure/syscalls.ts"],
    ...["{address}", "{pid}", `${connections}`, "5000"],
  ]),
  targets: [],
  fresh: true,
  rounds: 1,
  flag: "strace",
}));
