/**
 * Builds the site into `.cache/site`: the documents by VitePress, and the reference by `deno doc`.
 *
 * @module
 */
import { config, entryPoints, REPOSITORY, root } from "../npm_package.ts";
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
  const reference = ["doc", "--quiet", "--html", `--name=${config.name}`, `--output=${site}/reference`];
  await mustRun([deno, ...reference, ...entryPoints.map(([, file]) => file)], { cwd: root, timeout: 300_000 });
  await publishable(`${site}/reference`);
}

/** `deno doc` links to the sources on this machine, and imports modules without the package's name. */
async function publishable(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) await publishable(path);
    if (!name.endsWith(".html")) continue;
    const page = await Deno.readTextFile(path);
    const linked = page.replaceAll(escaped(`file://${root}`), escaped(`${REPOSITORY}/blob/main/`));
    const imported = linked.replaceAll(/ from &quot;([\w/]+|\.)&quot;/g, (text, module) => {
      const specifier = module === "." ? config.name : `${config.name}/${module}`;
      return modules.has(module) ? ` from &quot;${specifier}&quot;` : text;
    });
    await Deno.writeTextFile(path, imported);
  }
}

const modules = new Set(entryPoints.map(([name]) => name.replace("./", "")));

/** As `deno doc` writes it into an attribute. */
function escaped(url: string): string {
  return url.replaceAll("/", "&#x2F;");
}

if (import.meta.main) {
  await buildSite();
  console.log(`${site}; to read it: deno run -A ${config.imports["vitepress"]} preview docs`);
}
