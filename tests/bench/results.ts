import { judge, type RowResult, summarize } from "../../bench/statistics.ts";

/** A row as from the harness: ours three times as fast as deno, c without a measurement. */
export function exampleResult(): RowResult {
  const contenders = [
    summarize("ours", [{ value: 45_000, p50: 20, p99: 31.25 }]),
    summarize("deno", [{ value: 15_000 }]),
    summarize("c", [], "no compiler"),
  ];
  return {
    row: { name: "echo64x1", title: "Echo <64 B> & back", unit: "round trips/s", better: "higher" },
    contenders,
    verdicts: [
      judge({ of: "ours", against: "deno", ratio: 2.5 }, "higher", contenders),
      judge({ of: "ours", against: "deno", ratio: 4 }, "higher", contenders),
      judge({ of: "ours", against: "c", ratio: 0.9 }, "higher", contenders),
    ],
  };
}
