/**
 * Writes the tables of speed into README.md and docs/speed.md, from the last results of the benchmark. `--check` only
 * checks that they are up to date.
 *
 * @module
 */
import type { Circumstances } from "../../bench/report.ts";
import { median, ratios, type RowResult } from "../../bench/statistics.ts";
import { formatRatio, formatValue } from "../../bench/table.ts";
import { fillMarks } from "../fill_marks.ts";
import { root } from "../npm_package.ts";
import { SHOWN } from "../pictures/speed.ts";

const NAMES: Record<string, string> = {
  denopipe: "Deno by pipeTo()",
  deno: "Deno",
  node: "Node",
  bun: "Bun",
  python: "Python",
  c: "C",
};

const { where, results }: { where: Circumstances; results: RowResult[] } = JSON.parse(
  Deno.readTextFileSync(`${root}bench/results/results.json`),
);
const { date, cpu, cores, kernel, versions, rounds } = where;
const when =
  `Measured on ${date}: ${cpu}, ${cores} cores, Linux ${kernel}, over loopback with clients in C; the medians of ` +
  `${rounds} interleaved rounds.`;
const programs = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(", ");

fillMarks("docs/speed.md", "speed", `${when} Versions: ${programs}.\n\n${tableOf(results)}`);
fillMarks("README.md", "speed", `${when}\n\n${tableOf(results.filter(({ row }) => SHOWN.includes(row.name)))}`);

function tableOf(rows: RowResult[]): string {
  return [
    "| what | unit | measured | ours is |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ row: { title, unit, better }, contenders }) => {
      const measured = contenders.filter((one) => one.median !== undefined);
      const values = measured.map((one) => `${called(one.name)} ${formatValue(one.median ?? 0)}`).join(", ");
      const factors = measured.filter(({ name }) => name.startsWith("ours")).flatMap((ours) =>
        measured.filter(({ name }) => isPeer(ours.name, name)).map((peer) => {
          const factor = median(ratios(ours.values, peer.values));
          return factor === undefined ? [] : `${formatRatio(factor)} × ${called(peer.name)}`;
        }).flat()
      );
      return `| ${title} | ${unit}${better === "lower" ? ", less is better" : ""} | ${values} | ${
        factors.join(", ")
      } |`;
    }),
  ].join("\n");
}

/** `ours` is compared with all but `ours-bun`; that is compared with `bun` alone. */
function isPeer(ours: string, name: string): boolean {
  return ours === "ours" ? !name.startsWith("ours") : ours === `ours-${name}`;
}

/** `node26` as Node 26, `ours-bun` as ours on Bun. */
function called(name: string): string {
  if (name.startsWith("ours-")) return `ours on ${called(name.slice(5))}`;
  const [, program = name, version = ""] = name.match(/^([a-z]+)(\d*)$/) ?? [];
  return NAMES[program] === undefined ? name : `${NAMES[program]} ${version}`.trim();
}
