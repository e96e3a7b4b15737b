import ts from "typescript";
import { root } from "../npm_package.ts";

/** Folders whose files the tests import and the package does not have. */
export const COMPANIONS = ["bench", "examples/blocking", "examples/shared", "scripts"] as const;

const imports: Record<string, string> = JSON.parse(Deno.readTextFileSync(`${root}deno.json`)).imports;

/**
 * Compiles a folder of the repository for Node 22 into a project that has the package installed. What the files import
 * from the library's sources comes from the installed package then.
 */
export async function compileTests(project: string, folder: string): Promise<void> {
  await Deno.mkdir(project + folder, { recursive: true });
  for await (const entry of Deno.readDir(root + folder)) {
    const file = `${folder}/${entry.name}`;
    if (entry.isDirectory) await compileTests(project, file);
    else if (!file.endsWith(".ts")) await Deno.copyFile(root + file, project + file);
    else await Deno.writeTextFile(project + jsName(file), compiled(file, await Deno.readTextFile(root + file)));
  }
}

function compiled(file: string, source: string): string {
  const { outputText } = ts.transpileModule(source, {
    fileName: file,
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.ESNext,
      verbatimModuleSyntax: true,
      inlineSourceMap: true,
    },
  });
  return outputText.replaceAll(
    /(\b(?:from |import |import\(|new URL\())"([^"$][^"]*)"/g,
    (_, before: string, specifier: string) => `${before}"${specifierIn(file, specifier)}"`,
  );
}

function specifierIn(file: string, specifier: string): string {
  const npm = imports[specifier]?.match(/^npm:((?:@[^/]+\/)?[^@/]+)@[^/]+(.*)$/);
  if (npm) return `${npm[1]}${npm[2]}`;
  if (!specifier.startsWith(".")) return specifier;
  const target = new URL(specifier, `file:///${file}`).pathname.slice(1);
  if (["tests", ...COMPANIONS].some((folder) => target.startsWith(`${folder}/`))) return jsName(specifier);
  const up = "../".repeat(file.split("/").length - 1);
  return `${up}node_modules/@berkeley/sockets/${jsName(target)}`;
}

function jsName(file: string): string {
  return file.replace(/\.ts$/, ".js");
}
