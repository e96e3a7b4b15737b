/**
 * Builds `npm/`, or the folder that is named, from the sources: one JavaScript file for each, by esbuild, with its
 * source map, and its declarations, by the TypeScript compiler.
 *
 * The compiler knows only the built-ins of Node 22: a later one does not compile.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import * as esbuild from "esbuild";
import ts from "typescript";
import { documents, entryPoints, packageJson, root, withAbsoluteLinks } from "./npm_package.ts";

const [folder] = Deno.args;
if (Deno.args.length > 1 || folder?.startsWith("-")) {
  console.log(
    "Usage: deno task npm [FOLDER]\n\nBuilds the npm package into npm/, or into a folder, whose other files stay.",
  );
  Deno.exit(folder === "--help" ? 0 : 2);
}
const out = folder === undefined ? `${root}npm/` : `${folder.replace(/\/$/, "")}/`;

/** The members of `Deno` that the sources use: Deno's own types clash with those of Node. */
const DENO = `declare namespace Deno {
  const build: { os: string; arch: string };
  const errors: Record<string, (new (message: string) => Error) | undefined>;
  const permissions: { querySync(descriptor: { name: "ffi"; path?: string }): { state: string } };
  function dlopen(path: string, symbols: Record<string, object>): { symbols: Record<string, unknown> };
}`;

const options: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ["lib.es2023.d.ts", "lib.es2024.string.d.ts", "lib.dom.d.ts", "lib.dom.asynciterable.d.ts"],
  types: ["node"],
  typeRoots: [`${root}node_modules/@types`],
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  allowImportingTsExtensions: true,
  verbatimModuleSyntax: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  declaration: true,
  emitDeclarationOnly: true,
  rootDir: root,
  outDir: out,
};

if (folder === undefined) await rm(out, { recursive: true, force: true });
await Promise.all(declare().map(compile));
await esbuild.stop();
for (const file of documents) {
  await Deno.writeTextFile(out + file, withAbsoluteLinks(await Deno.readTextFile(root + file)));
}
await Deno.writeTextFile(`${out}package.json`, JSON.stringify(packageJson(), null, 2) + "\n");

/** Writes the JavaScript of a file, and its map with the source embedded: the package has no sources. */
async function compile(file: string): Promise<void> {
  const source = await Deno.readTextFile(root + file);
  const name = file.slice(file.lastIndexOf("/") + 1);
  const { code, map } = await esbuild.transform(withJsNames(source), {
    loader: "ts",
    target: "es2022", // Node 22 has no `using`
    sourcemap: "external",
    sourcefile: name,
    tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
  });
  const js = out + jsName(file);
  await Deno.writeTextFile(js, `${code}//# sourceMappingURL=${jsName(name)}.map\n`);
  await Deno.writeTextFile(`${js}.map`, JSON.stringify({ ...JSON.parse(map), sourcesContent: [source] }));
}

/** The source, with the files that it imports named as the package has them; nothing changes its place. */
function withJsNames(source: string): string {
  let text = source;
  for (const { fileName, pos } of ts.preProcessFile(source).importedFiles) {
    const start = text.indexOf(fileName, pos);
    text = text.slice(0, start) + jsName(fileName) + text.slice(start + fileName.length);
  }
  return text;
}

/** Type-checks, writes the declarations, and returns the library's files. */
function declare(): string[] {
  const stub = `${root}deno.d.ts`;
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  host.readFile = (file) => file === stub ? DENO : readFile(file);
  host.fileExists = (file) => file === stub || fileExists(file);
  const program = ts.createProgram([...entryPoints.map(([, file]) => root + file), stub], options, host);
  const emitted = program.emit(undefined, undefined, undefined, true, { afterDeclarations: [forPackage] });
  const diagnostics = [...ts.getPreEmitDiagnostics(program), ...emitted.diagnostics];
  if (diagnostics.length > 0) {
    console.error(ts.formatDiagnosticsWithColorAndContext(diagnostics, host));
    Deno.exit(1);
  }
  return program.getSourceFiles().filter(({ isDeclarationFile }) => !isDeclarationFile)
    .map(({ fileName }) => fileName.slice(root.length));
}

/**
 * Names in declarations the files of the package, where the compiler leaves those of the sources; and asks for
 * `Disposable`, which a program that targets ES2022, and has no types of Node, does not know.
 */
function forPackage(context: ts.TransformationContext): ts.CustomTransformer {
  const { factory } = context;
  let disposes = false;
  const visit = (node: ts.Node): ts.Node => {
    if (ts.isStringLiteral(node) && namesModule(node)) return factory.createStringLiteral(jsName(node.text));
    if (ts.isIdentifier(node) && /^(?:Async)?Disposable$|^(?:async)?dispose$/i.test(node.text)) disposes = true;
    return ts.visitEachChild(node, visit, context);
  };
  return {
    transformSourceFile: (file) => {
      disposes = false;
      const visited = ts.visitEachChild(file, visit, context);
      if (!disposes) return visited;
      return factory.updateSourceFile(visited, visited.statements, true, [], [], false, [
        { fileName: "esnext.disposable", pos: 0, end: 0 },
      ]);
    },
    transformBundle: (bundle) => bundle,
  };
}

function namesModule(node: ts.StringLiteral): boolean {
  const { parent } = ts.getOriginalNode(node);
  return node.text.startsWith(".") && parent !== undefined &&
    (ts.isImportDeclaration(parent) || ts.isExportDeclaration(parent) || ts.isLiteralTypeNode(parent));
}

function jsName(path: string): string {
  return path.replace(/\.ts$/, ".js");
}
