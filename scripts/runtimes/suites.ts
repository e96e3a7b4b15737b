import { root } from "../npm_package.ts";

/** The suites that run on every runtime: folders of tests, and single ones. */
const SUITES: Record<string, string[]> = {
  codecs: [
    "tests/inet",
    "tests/netlink/codec_test.ts",
    "tests/netlink/fuzz_test.ts",
    "tests/socket/control_message_test.ts",
  ],
  sockets: ["tests/backends", "tests/node", "tests/runner", "tests/peers", "tests/socket"],
  stream: ["tests/conformance/tcp_test.ts"],
  message: [],
  rpc: ["tests/rpc"],
};

/** A suite: its name, and its test files, relative to the repository. */
export interface Suite {
  name: string;
  files: string[];
}

/** The suites that have test files. */
export function suites(): Suite[] {
  return Object.entries(SUITES)
    .map(([name, paths]) => ({ name, files: [...new Set(paths.flatMap((path) => [...testFiles(path)]))].sort() }))
    .filter(({ files }) => files.length > 0);
}

function* testFiles(path: string): Generator<string> {
  if (path.endsWith("_test.ts")) yield path;
  else if (Deno.statSync(root + path).isDirectory) {
    for (const entry of Deno.readDirSync(root + path)) yield* testFiles(`${path}/${entry.name}`);
  }
}
