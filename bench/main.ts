/**
 * `deno task bench`: measures the rows, shows how it goes, and writes the report.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { buildPeers, killAll } from "./command.ts";
import { circumstances, writeReport } from "./report.ts";
import { installRuntimes } from "./runtimes.ts";
import { ROWS } from "./rows/mod.ts";
import { runRow } from "./run_row.ts";
import type { RowResult } from "./statistics.ts";
import { formatText, tables } from "./table.ts";

const HELP = `Usage: deno task bench [--rows NAME,…] [--rounds N] [--seconds S] [--output DIR] [--strace] [--guest]

  --rows NAME,…   only these rows; echo* is every row that begins so (default: all)
  --only NAME,…   only these contenders
  --rounds N      interleaved rounds that count (default 5)
  --seconds S     length of each measurement (default 0.5; some rows need 1)
  --output DIR    where to write (default bench/results; of chosen rows .cache/bench/results, since a part
                  must not replace the whole)
  --strace        count system calls too
  --guest         measure SMC too, on a kernel that has it

Rows: ${ROWS.map((row) => row.name).join(", ")}`;

const { values: options } = parseArgs({
  options: {
    help: { type: "boolean" },
    strace: { type: "boolean" },
    guest: { type: "boolean" },
    rows: { type: "string" },
    only: { type: "string" },
    rounds: { type: "string", default: "5" },
    seconds: { type: "string", default: "0.5" },
    output: { type: "string" },
  },
});
if (options.help) {
  console.log(HELP);
  Deno.exit(0);
}
const rounds = positive("rounds", options.rounds);
const seconds = positive("seconds", options.seconds);
const part = options.rows !== undefined || options.only !== undefined;
const output = options.output ??
  new URL(part ? "../.cache/bench/results" : "results", import.meta.url).pathname;
const rows = ROWS.filter((row) => row.flag === undefined || options[row.flag])
  .filter((row) => options.rows?.split(",").some((name) => matches(name, row.name)) ?? true)
  .map((row) => ({
    ...row,
    contenders: row.contenders.filter(({ name }) =>
      options.only?.split(",")
        .includes(name) ?? true
    ),
  }));
if (rows.length === 0) fail(`Cannot choose rows: current value is ${options.rows}`);

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, () => {
    killAll();
    Deno.exit(1);
  });
}
await buildPeers();
await installRuntimes();
const results: RowResult[] = [];
const begin = performance.now();
for (const [i, row] of rows.entries()) {
  const minutes = ((performance.now() - begin) / 60_000).toFixed(1);
  console.error(`\n${i + 1} of ${rows.length}, after ${minutes} min: ${row.title}`);
  results.push(...await runRow(row, { rounds, seconds, progress: (line) => console.error(line) }));
}
await writeReport(output, results, await circumstances(rounds, seconds));
const [values, targets] = tables(results);
console.log(`\n${formatText(values)}\n\n${formatText(targets)}`);
for (const { row, contenders } of results) {
  for (const { name, note, failure } of contenders) {
    if (failure ?? note) console.log(`${row.name}, ${name}: ${failure ?? note}`);
  }
}
console.log(`\nwritten to ${output}`);

function matches(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) fail(`Cannot use --${name} as it must be a positive number: current value is ${text}`);
  return value;
}

function fail(message: string): never {
  console.error(message);
  Deno.exit(2);
}
