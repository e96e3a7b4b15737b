/**
 * Writes the table of SMC's fallback reasons into docs/smc.md, from the library's own. `--check` only checks that it is
 * up to date.
 *
 * @module
 */
import { smcFallbackReasons } from "../../smc/mod.ts";
import { fillMarks } from "../fill_marks.ts";

const rows = smcFallbackReasons().map(({ code, name, meaning, advice }) => {
  return `| \`${name}\` | \`0x${code.toString(16).padStart(8, "0")}\` | ${meaning} | ${advice} |`;
});
fillMarks(
  "docs/smc.md",
  "reasons",
  [
    "| reason | code | meaning | what to do |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n"),
);
