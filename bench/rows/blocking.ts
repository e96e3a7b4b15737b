import type { Row } from "../row.ts";

const FOLDER = new URL("../../.cache/bench/", import.meta.url).pathname;
const PROGRAMS: Record<string, string[]> = {
  ours: ["deno", "run", "-A", "bench/peers/blocking_pingpong.ts"],
  c: ["bin/blocking_pingpong"],
  python: ["python3", "bench/peers/blocking_pingpong.py"],
};

/** Round trips with calls that block: each contender is both ends, a process each. */
export const BLOCKING_ROWS: Row[] = (["tcp", "seqpacket"] as const).map((kind) => ({
  name: `blocking-${kind}`,
  title: `Calls that block, 64 B there and back, ${kind === "tcp" ? "TCP" : "unix seqpackets"}`,
  unit: "round trips/s",
  better: "higher",
  contenders: Object.entries(PROGRAMS).map(([name, program]) => ({
    name,
    server: [...program, "serve", kind, `${FOLDER}blocking-${kind}-${name}.sock`],
    measure: [...program, "drive", kind, "{address}", "{seconds}"],
  })),
  targets: [{ of: "ours", against: "c", ratio: 0.9 }, { of: "ours", against: "python", ratio: 1.2 }],
}));
