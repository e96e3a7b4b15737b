/**
 * Draws the pictures of the guide, and that of the last results of the benchmark. `--check` only checks that they are
 * up to date.
 *
 * @module
 */
import { drawSvg } from "../../bench/svg.ts";
import { captionOf } from "../../bench/report.ts";
import { writeOrCheck } from "../fill_marks.ts";
import { root } from "../npm_package.ts";
import { architecture } from "../pictures/architecture.ts";
import { lifeOfARead } from "../pictures/life_of_a_read.ts";
import { speed } from "../pictures/speed.ts";
import { smcHandshake } from "../pictures/smc_handshake.ts";

writeOrCheck("docs/pictures/architecture.svg", architecture());
writeOrCheck("docs/pictures/life_of_a_read.svg", lifeOfARead());
writeOrCheck("docs/pictures/smc_handshake.svg", smcHandshake());
const { where, results } = JSON.parse(Deno.readTextFileSync(`${root}bench/results/results.json`));
writeOrCheck("docs/pictures/speed.svg", speed(results, captionOf(where)));
writeOrCheck("bench/results/results.svg", drawSvg(results, captionOf(where)));
