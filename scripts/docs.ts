/**
 * Checks the documentation of what the library exports, and runs its examples.
 *
 * @module
 */

import { pages } from "./docs/pages.ts";

interface Doc {
  nodes: Record<string, { module_doc?: JsDoc; symbols: { name: string; declarations: Declaration[] }[] }>;
}

interface Declaration {
  declarationKind: string;
  kind: string;
  jsDoc?: JsDoc;
}

interface JsDoc {
  tags?: { kind: string }[];
}

const USAGE = `Usage: deno task docs [--write]

Checks the documentation of what the library exports, the links, the spelling and the generated parts of the guide, and runs
the examples. --write writes the generated parts anew, and no more.`;
const GENERATED = ["names", "deno_shape", "reasons", "families", "speed", "pictures", "versions"];

const root = new URL("..", import.meta.url).pathname;
const config = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));
const modules: string[] = Object.values(config.exports);
const library = config.publish.include.filter((path: string) => !/\.md$|^LICENSE$/.test(path));

if (Deno.args.some((arg) => arg !== "--write")) {
  console.log(USAGE);
  Deno.exit(Deno.args.includes("--help") ? 0 : 2);
}
if (Deno.args.includes("--write")) {
  for (const name of GENERATED) if (!await deno("run", "-A", `scripts/docs/write_${name}.ts`)) Deno.exit(1);
  Deno.exit(await deno("task", "-q", "fmt") ? 0 : 1);
}
const faults: string[] = [];
if (!await deno("doc", "--quiet", "--lint", ...modules)) faults.push("deno doc --lint fails");
if (!await deno("test", "-A", "--quiet", "--reporter=dot", "--doc", ...library, "README.md", "docs")) {
  faults.push("an example fails");
}
for (const name of GENERATED) {
  if (!await deno("run", "-A", `scripts/docs/write_${name}.ts`, "--check")) faults.push(`${name} are out of date`);
}
if (!await deno("run", "-A", "scripts/docs/check_ignored.ts")) faults.push("a block that does not run is wrong");
if (!await deno("run", "-A", "scripts/docs/check_links.ts")) faults.push("a link leads nowhere");
if (!await deno("run", "-A", "npm:cspell@10.4.1", "lint", "--no-progress", "--no-summary", ...pages())) {
  faults.push("a word is misspelt");
}
for (const path of modules) faults.push(...await missingExamples(path));
if (faults.length > 0) {
  console.error(faults.join("\n"));
  Deno.exit(1);
}
console.log(`docs: ${modules.length} modules, every function and class has an example, every example runs`);

async function deno(...args: string[]): Promise<boolean> {
  return (await new Deno.Command(Deno.execPath(), { args, cwd: root }).spawn().status).success;
}

async function missingExamples(path: string): Promise<string[]> {
  const args = ["doc", "--quiet", "--json", path];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args, cwd: root, stderr: "inherit" }).output();
  if (!success) return [`${path} cannot be read`];
  const doc: Doc = JSON.parse(new TextDecoder().decode(stdout));
  return Object.values(doc.nodes).flatMap((module) => [
    ...hasExample(module.module_doc) ? [] : [`${path} has no @example`],
    ...module.symbols.filter(({ declarations }) => {
      const shown = declarations.filter(({ declarationKind }) => declarationKind === "export");
      const needed = shown.some(({ kind }) => kind === "function" || kind === "class");
      return needed && !shown.some(({ jsDoc }) => hasExample(jsDoc));
    }).map(({ name }) => `${path}: ${name} has no @example`),
  ]);
}

function hasExample(jsDoc: JsDoc | undefined): boolean {
  return jsDoc?.tags?.some(({ kind }) => kind === "example") ?? false;
}
