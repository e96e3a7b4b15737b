import type { ContenderResult, RowResult } from "./statistics.ts";

/** Two tables, values and targets, as lists of lists of cells with the head first. */
export function tables(results: RowResult[]): [values: string[][], targets: string[][]] {
  const values = [["row", "unit", "measured"]];
  const targets = [["row", "target", "measured", "rounds", "reached"]];
  for (const { row, contenders, verdicts } of results) {
    values.push([row.title, row.unit, contenders.map((one) => `${one.name} ${cell(one)}`).join(", ")]);
    for (const { target, measured, spread, reached } of verdicts) {
      targets.push([
        row.title,
        target,
        measured === undefined ? "not measured" : formatRatio(measured),
        spread === undefined ? "" : spread.map(formatRatio).join(" – "),
        reached === undefined ? "–" : reached ? "reached" : "not reached",
      ]);
    }
  }
  return [values, targets];
}

/** A table for a terminal: columns padded, no rules. */
export function formatText(table: string[][]): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0)));
  return table.map((cells) => cells.map((text, column) => text.padEnd(widths[column] ?? 0)).join("  ").trimEnd())
    .join("\n");
}

/** The same in Markdown. */
export function formatMarkdown(table: string[][]): string {
  const [head = [], ...body] = table;
  return [head, head.map(() => "---"), ...body].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** A value with as many digits as mean something. */
export function formatValue(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 100 ? 1 : 0 });
}

/** A ratio, to two digits after the point. */
export function formatRatio(value: number): string {
  return value.toFixed(2);
}

function cell(contender: ContenderResult): string {
  if (contender.median === undefined) return "failed";
  const { p50, p99, wakeups } = contender.details;
  const more = [
    p50 === undefined || p99 === undefined ? "" : `${formatValue(p50)}/${formatValue(p99)} µs`,
    wakeups === undefined ? "" : `${formatRatio(wakeups)} wake-ups`,
  ].filter(Boolean);
  return formatValue(contender.median) + (more.length === 0 ? "" : ` (${more.join(", ")})`);
}
