import { Picture } from "../scripts/pictures/picture.ts";
import type { RowResult } from "./statistics.ts";
import { formatRatio, formatValue } from "./table.ts";

const WIDTH = 860;
const MARGIN = 28;
const LABEL = 130;
const BAR = 430;

/** A picture of the results: a group of bars for each row, the ratio to `ours` beside each peer's value. */
export function drawSvg(results: RowResult[], caption: string): string {
  const picture = new Picture(WIDTH, 0);
  let y = 38;
  picture.text(MARGIN, y, caption, "soft small");
  for (const { row, contenders, verdicts } of results) {
    y += 44;
    picture.text(MARGIN, y, row.title, "bold");
    picture.text(WIDTH - MARGIN, y, `${row.unit}, ${row.better} is better`, "soft small", "end");
    const most = Math.max(...contenders.map((one) => one.median ?? 0), Number.MIN_VALUE);
    const ours = contenders.find((one) => one.name === "ours")?.median;
    y += 4;
    for (const { name, median } of contenders) {
      y += 22;
      const isOurs = name.startsWith("ours");
      picture.text(MARGIN, y, name, isOurs ? "bold" : "");
      if (median === undefined) {
        picture.text(MARGIN + LABEL, y, "not measured", "soft");
        continue;
      }
      const length = Math.max(2, Math.round(median / most * BAR));
      const bar = `class="${isOurs ? "ours" : "bar"}" x="${MARGIN + LABEL}" y="${y - 12}" width="${length}"`;
      picture.raw(`<rect ${bar} height="15" rx="3"/>`);
      const ratio = name === "ours" || !ours || !median ? "" : `  (ours is ${formatRatio(ours / median)} ×)`;
      picture.text(MARGIN + LABEL + length + 10, y, formatValue(median) + ratio, isOurs ? "bold" : "soft");
    }
    for (const { target, measured, reached } of verdicts) {
      if (measured === undefined) continue;
      y += 20;
      const text = `${reached ? "✓" : "✗"} ${target}: ${formatRatio(measured)}`;
      picture.text(MARGIN + LABEL, y, text, `small ${reached ? "good" : "bad"}`);
    }
  }
  picture.height = y + 28;
  const description = results.map(({ row, contenders }) => {
    const values = contenders.map(({ name, median }) => `${name} ${median === undefined ? "–" : formatValue(median)}`);
    return `${row.title}, ${row.unit}: ${values.join(", ")}.`;
  });
  return picture.toString(`Benchmark: ${caption}`, description.join(" "));
}
