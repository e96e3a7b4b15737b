import { root } from "../npm_package.ts";

/** The suites, by patterns for the paths of their files; the first match counts, and the last suite gets the rest. */
const SUITES: Record<string, RegExp> = {
  codecs:
    /^tests\/(inet|netlink|smc|socket|unix)\/(\w*sockaddr\w*|text|python|glibc|codec|fuzz|decode|names|control_message)_test\.ts$/,
  message: /^tests\/conformance\/\w*message\w*_test\.ts$/,
  stream: /^tests\/conformance\/\w+_test\.ts$/,
  drivers: /^tests\/(drivers|smc_run)\//,
  rpc: /^tests\/(dictionary|rpc)\//,
  tools: /^tests\/(bench|examples|guest|runner|scripts)\//,
  sockets: /^tests\//,
};

/** Those that take minutes on each runtime. */
const LONG = ["rpc", "tools", "sockets"];

/** A suite: its name, and its test files, relative to the repository. */
export interface Suite {
  name: string;
  /** Whether it runs on one runtime only, unless all are asked for. */
  isLong: boolean;
  files: string[];
}

/**
 * The suites. Every runtime runs every test file; a test itself says which runtimes it cannot run on (`skipOn`,
 * `onDeno`).
 */
export function suites(): Suite[] {
  const files = [...testFiles("tests")].sort();
  const suiteOf = (file: string) => Object.keys(SUITES).find((name) => SUITES[name]?.test(file));
  return Object.keys(SUITES).map((name) => ({
    name,
    isLong: LONG.includes(name),
    files: files.filter((file) => suiteOf(file) === name),
  }));
}

function* testFiles(folder: string): Generator<string> {
  for (const entry of Deno.readDirSync(root + folder)) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* testFiles(path);
    else if (path.endsWith("_test.ts")) yield path;
  }
}
