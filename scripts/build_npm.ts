/**
 * Builds `npm/`, or the folder that is named, from the sources: one JavaScript file for each, with declarations and a
 * source map.
 *
 * The compiler knows what Node 20 has, and not more: a later built-in does not compile.
 *
 * @module
 */
import ts from "typescript";
import { documents, entryPoints, packageJson, root } from "./npm_package.ts";

const [folder] = Deno.args;
if (Deno.args.length > 1 || folder?.startsWith("-")) {
  console.log(
    "Usage: deno task npm [FOLDER]\n\nBuilds the npm package into npm/, or into a folder, whose other files stay.",
  );
  Deno.exit(folder === "--help" ? 0 : 2);
}
const out = folder === undefined ? `${root}npm/` : `${folder.replace(/\/$/, "")}/`;

/** What is used of `Deno`, whose own types clash with those of Node. */
const DENO = `declare namespace Deno {
  const build: { os: string; arch: string };
  const errors: Record<string, (new (message: string) => Error) | undefined>;
  const permissions: { querySync(descriptor: { name: "ffi"; path?: string }): { state: string } };
  function dlopen(path: string, symbols: Record<string, object>): { symbols: Record<string, unknown> };
}`;

const DISPOSABLE = '/// <reference lib="esnext.disposable" />\n';

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022, // Node 20 has no `using`
  lib: ["lib.es2023.d.ts", "lib.es2024.string.d.ts", "lib.dom.d.ts", "lib.dom.asynciterable.d.ts"],
  types: ["node"],
  typeRoots: [`${root}node_modules/@types`],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  rewriteRelativeImportExtensions: true,
  verbatimModuleSyntax: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  declaration: true,
  sourceMap: true,
  inlineSources: true,
  rootDir: root,
  outDir: out,
};

if (folder === undefined) await Deno.remove(out, { recursive: true }).catch(() => {});
compile();
for (const file of documents) await Deno.copyFile(root + file, out + file);
await Deno.writeTextFile(`${out}package.json`, JSON.stringify(packageJson(), null, 2) + "\n");

function compile(): void {
  const stub = `${root}deno.d.ts`;
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists, writeFile } = host;
  host.readFile = (file) => file === stub ? DENO : readFile(file);
  host.fileExists = (file) => file === stub || fileExists(file);
  host.writeFile = (file, text) => writeFile(file, fitted(file, text), false);
  const sources = entryPoints.map(([, file]) => root + file);
  const program = ts.createProgram([...sources, stub], options, host);
  const diagnostics = [...ts.getPreEmitDiagnostics(program), ...program.emit().diagnostics];
  if (diagnostics.length > 0) {
    console.error(ts.formatDiagnosticsWithColorAndContext(diagnostics, host));
    Deno.exit(1);
  }
}

/** What the compiler writes, where it must be otherwise in the package. */
function fitted(file: string, text: string): string {
  // The sources are not in the package, but in their maps, beside what was made of them.
  if (file.endsWith(".map")) return text.replace(/("sources":\[")[^"]*\/([^"/]+"\])/, "$1$2");
  if (!file.endsWith(".d.ts")) return text;
  // In declarations the compiler leaves the names of sources.
  const named = text.replaceAll(/(\b(?:from |import\()"\.[^"]*)\.ts"/g, '$1.js"');
  // A program that targets ES2022, and has no types of Node, knows no `Disposable`.
  return /\bSymbol\.(?:dispose|asyncDispose)\b|\b(?:Async)?Disposable\b/.test(named) ? DISPOSABLE + named : named;
}
