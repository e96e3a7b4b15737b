/**
 * Prints the Debian packages, one a line, that the tests need and this machine lacks: for `apt-get install`.
 *
 * @module
 */
import { PACKAGES, type Tool } from "../tests/runner/tools.ts";
import { which } from "../tests/runner/which.ts";

const missing = (Object.keys(PACKAGES) as Tool[]).filter((tool) => !tool.startsWith(Deno.build.arch))
  .filter((tool) => which(tool) === undefined);
for (const name of new Set(missing.flatMap((tool) => PACKAGES[tool].split(" ")))) console.log(name);
