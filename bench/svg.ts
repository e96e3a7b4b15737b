import type { RowResult } from "./statistics.ts";
import { formatRatio, formatValue } from "./table.ts";

const WIDTH = 860;
const LABEL = 110;
const BAR = 470;
const OURS = "#0b7285";
const OTHER = "#adb5bd";

/** A picture of the results: a group of bars for each row, the ratio to `ours` beside each peer's value. */
export function drawSvg(results: RowResult[], caption: string): string {
  const parts: string[] = [];
  let y = 24;
  text(16, y, caption, `fill="#495057"`);
  for (const { row, contenders, verdicts } of results) {
    y += 34;
    text(16, y, row.title, `font-weight="bold"`);
    text(WIDTH - 16, y, `${row.unit}, ${row.better} is better`, `text-anchor="end" fill="#495057"`);
    const most = Math.max(...contenders.map((one) => one.median ?? 0), Number.MIN_VALUE);
    const ours = contenders.find((one) => one.name === "ours")?.median;
    for (const { name, median } of contenders) {
      y += 20;
      text(16, y, name);
      if (median === undefined) {
        text(16 + LABEL, y, "not measured", `fill="#868e96"`);
        continue;
      }
      const length = Math.max(1, Math.round(median / most * BAR));
      parts.push(
        `<rect x="${16 + LABEL}" y="${y - 11}" width="${length}" height="14" rx="2" fill="${
          name.startsWith("ours") ? OURS : OTHER
        }"/>`,
      );
      const ratio = name === "ours" || !ours || !median ? "" : `  (ours: ${formatRatio(ours / median)} ×)`;
      text(16 + LABEL + length + 8, y, formatValue(median) + ratio);
    }
    for (const { target, measured, reached } of verdicts) {
      if (measured === undefined) continue;
      y += 20;
      const colour = reached ? "#2b8a3e" : "#c92a2a";
      text(
        16 + LABEL,
        y,
        `${reached ? "✓" : "✗"} ${target}: ${formatRatio(measured)}`,
        `fill="${colour}" font-size="12"`,
      );
    }
  }
  const height = y + 24;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"`,
    ` font-family="system-ui, sans-serif" font-size="13" fill="#212529">`,
    `\n<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>\n`,
    parts.join("\n"),
    "\n</svg>\n",
  ].join("");

  function text(x: number, at: number, content: string, attributes = ""): void {
    parts.push(`<text x="${x}" y="${at}" ${attributes}>${escape(content)}</text>`);
  }
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
