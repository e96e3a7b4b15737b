/**
 * Writes the table of SMC's fallback reasons into docs/smc.md, from the library's own. `--check` only tells whether it is
 * as it would be written.
 *
 * @module
 */
import { smcFallbackReasons } from "../../smc/mod.ts";
import { writeBetween } from "./write_between.ts";

const rows = smcFallbackReasons().map(({ code, name, meaning, advice }) => {
  return `| \`${name}\` | \`0x${code.toString(16).padStart(8, "0")}\` | ${meaning} | ${advice} |`;
});
writeBetween("docs/smc.md", "reasons", [
  "| reason | code | meaning | what to do |",
  "| --- | --- | --- | --- |",
  ...rows,
]);
