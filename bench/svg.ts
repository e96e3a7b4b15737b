import { Picture } from "../scripts/pictures/picture.ts";
import { type ContenderResult, median, ratios, type RowResult } from "./statistics.ts";
import { formatRatio, formatValue } from "./table.ts";

const WIDTH = 860;
const MARGIN = 28;
const LABEL = 130;
/** Where the line at 1 is, and how far from it each doubling is. */
const ONE = MARGIN + LABEL + 150;
const DOUBLING = 60;
/** Doublings that are drawn at most, to either side. */
const MOST = { worse: 2.4, better: 3.4 };

/** A picture of the results: for each row, how many times better ours is than each peer, from the line at 1 on. */
export function drawSvg(results: RowResult[], caption: string): string {
  const picture = new Picture(WIDTH, 0);
  let y = 38;
  picture.text(MARGIN, y, caption, "soft small");
  y += 20;
  picture.text(MARGIN, y, "Bars: ours against each peer. To the right of the line at 1, ours is better.", "soft small");
  for (const { row, contenders, verdicts } of results) {
    y += 44;
    picture.text(MARGIN, y, row.title, "bold");
    picture.text(WIDTH - MARGIN, y, `${row.unit}, ${row.better} is better`, "soft small", "end");
    y += 4;
    const top = y + 6;
    for (const peer of contenders) {
      const ours = oursOf(peer.name, contenders);
      const factor = ours === undefined ? undefined : median(ratios(ours.values, peer.values));
      y += 22;
      picture.text(MARGIN, y, peer.name, ours === undefined ? "bold" : "");
      const value = peer.median === undefined ? "not measured" : formatValue(peer.median);
      if (factor === undefined || !(factor > 0)) {
        picture.text(MARGIN + LABEL, y, value, "soft");
        continue;
      }
      const doublings = Math.log2(row.better === "higher" ? factor : 1 / factor);
      const end = ONE + Math.round(DOUBLING * Math.max(-MOST.worse, Math.min(MOST.better, doublings)));
      const bar = `class="${doublings < 0 ? "bar" : "ours"}" x="${Math.min(ONE, end)}" y="${y - 12}"`;
      picture.raw(`<rect ${bar} width="${Math.max(1, Math.abs(end - ONE))}" height="15" rx="2"/>`);
      picture.text(Math.max(ONE, end) + 10, y, `${value}  (ours is ${formatRatio(factor)} ×)`, "soft");
    }
    if (contenders.some(({ name }) => oursOf(name, contenders) !== undefined)) {
      picture.raw(`<path class="line" d="M${ONE} ${top}V${y + 6}"/>`);
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

/** Who is compared with a peer: `ours-bun` with `bun` alone, `ours` with all. */
function oursOf(peer: string, contenders: ContenderResult[]): ContenderResult | undefined {
  if (peer.startsWith("ours")) return undefined;
  return contenders.find(({ name }) => name === `ours-${peer}`) ?? contenders.find(({ name }) => name === "ours");
}
