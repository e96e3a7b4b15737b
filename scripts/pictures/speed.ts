import type { RowResult } from "../../bench/statistics.ts";
import { drawSvg } from "../../bench/svg.ts";

/** The rows that the front page and the picture of speed show. */
export const SHOWN: readonly string[] = [
  "echo64x1",
  "echo64x32",
  "paced1k",
  "paced1k-p50",
  "paced5k",
  "udp64",
  "sendfile",
  "memory",
];

/** The rows of {@linkcode SHOWN} as bars. */
export function speed(results: RowResult[], caption: string): string {
  const rows = results.filter(({ row }) => SHOWN.includes(row.name));
  return drawSvg(rows.map((result) => ({ ...result, verdicts: [] })), caption);
}
