/**
 * Builds the site into `.cache/site`: the documents by VitePress, and the reference by `deno doc`.
 *
 * @module
 */
import { config, entryPoints, root } from "../npm_package.ts";
import { mustRun } from "../runtimes/run.ts";

/** Where the site is. */
export const site: string = `${root}.cache/site`;

/** Rebuilds the site. */
export async function buildSite(): Promise<void> {
  const deno = Deno.execPath();
  await mustRun([deno, "run", "-A", config.imports["vitepress"] ?? "", "build", "docs"], {
    cwd: root,
    timeout: 300_000,
  });
  const modules = entryPoints.map(([, file]) => file);
  const reference = ["doc", "--quiet", "--html", `--name=${config.name}`, `--output=${site}/reference`];
  await mustRun([deno, ...reference, ...modules], { cwd: root, timeout: 300_000 });
}

if (import.meta.main) {
  await buildSite();
  console.log(`${site}/index.html: ${config.imports["vitepress"]} preview docs`);
}
