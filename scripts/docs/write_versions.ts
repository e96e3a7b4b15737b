/**
 * Writes the version of deno.json at the end of each page. `--check` only checks that all of them have it.
 *
 * @module
 */
import { config, root } from "../npm_package.ts";
import { DEVELOPER_PAGES, pages } from "./pages.ts";

const line = `<sub>${config.name} ${config.version}</sub>\n`;
for (const page of [...pages(), ...DEVELOPER_PAGES]) {
  const text = Deno.readTextFileSync(root + page);
  if (text.endsWith(`\n\n${line}`)) continue;
  if (Deno.args.includes("--check")) {
    console.error(`${page} does not end with the version: deno task docs --write`);
    Deno.exitCode = 1;
  } else {
    Deno.writeTextFileSync(root + page, `${text.replace(/\n+<sub>.*<\/sub>\n$/, "\n")}\n${line}`);
  }
}
