/**
 * Builds the same package with dnt, for maintainers who can reach JSR: `deno run -A scripts/build_npm_dnt.ts`. CI does
 * not run it; `deno task npm` builds what is published.
 *
 * @module
 */
import { documents, entryPoints, packageFields, root } from "./npm_package.ts";

interface Dnt {
  build(options: Record<string, unknown>): Promise<void>;
}

const outDir = `${root}npm-dnt`;
const specifier = "jsr:@deno/dnt@0.42.3"; // a variable, so that type checks do not need JSR
const { build }: Dnt = await import(specifier);
await build({
  entryPoints: entryPoints.map(([name, file]) => ({ name, path: root + file })),
  outDir,
  shims: {},
  test: false,
  typeCheck: false,
  scriptModule: false,
  package: packageFields,
  postBuild: () => documents.forEach((file) => Deno.copyFileSync(root + file, `${outDir}/${file}`)),
});
