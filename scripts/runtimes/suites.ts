import { root } from "../npm_package.ts";
import type { Runtime } from "./runtime.ts";

/** The suites that run on every runtime, by what the paths of their files match; the first match counts. */
const SUITES: Record<string, RegExp> = {
  codecs:
    /^tests\/(inet|netlink|smc|socket|unix)\/(\w*sockaddr\w*|text|python|glibc|codec|fuzz|decode|names|control_message)_test\.ts$/,
  message: /^tests\/conformance\/\w*message\w*_test\.ts$/,
  // The peer in Python says the same on every runtime, and takes long.
  stream: /^tests\/conformance\/(?!\w*python)\w+_test\.ts$/,
  drivers: /^tests\/drivers\/\w+_test\.ts$/,
  rpc: /^tests\/(dictionary|rpc)\/\w+_test\.ts$/,
  sockets: /^tests\/(backends|blocking|ffi|inet|netlink|node|packet|peers|runner|socket|unix)\/\w+_test\.ts$/,
};

/**
 * A test is about Deno alone if it, or a helper that it imports, names Deno's global, starts Deno or one of the examples,
 * or reads the sources.
 */
const OF_DENO = /\bDeno\.\w|"deno"|--allow-ffi|examples\/|_options\.ts`/;

/** A suite: its name, and its test files, relative to the repository. */
export interface Suite {
  name: string;
  files: string[];
}

/** The suites that have test files. */
export function suites(): Suite[] {
  const files = [...testFiles("tests")].sort();
  const suiteOf = (file: string) => Object.keys(SUITES).find((name) => SUITES[name]?.test(file));
  return Object.keys(SUITES)
    .map((name) => ({ name, files: files.filter((file) => suiteOf(file) === name) }))
    .filter((suite) => suite.files.length > 0);
}

/** The files of a suite that a runtime runs. */
export function filesFor({ kind }: Runtime, { files }: Suite): string[] {
  return kind === "deno" ? files : files.filter((file) => !isOfDeno(file));
}

/** Whether a test file is about Deno alone. */
export function isOfDeno(file: string, seen: Set<string> = new Set()): boolean {
  if (seen.has(file) || !file.startsWith("tests/") || file.startsWith("tests/runner/")) return false;
  seen.add(file);
  const text = Deno.readTextFileSync(root + file).replaceAll(/^\s*(\/?\*|\/\/).*$/gm, "");
  const imports = [...text.matchAll(/^(?:import|export) .*?from "(\.[^"]+)"|^\} from "(\.[^"]+)"/gm)];
  return OF_DENO.test(text) ||
    imports.some(([, one, other]) => isOfDeno(resolve(file, one ?? other ?? ""), seen));
}

function resolve(file: string, specifier: string): string {
  return new URL(specifier, `file:///${file}`).pathname.slice(1);
}

function* testFiles(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(root + folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* testFiles(path);
    else if (path.endsWith("_test.ts")) yield path;
  }
}
