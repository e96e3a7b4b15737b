import { root } from "../npm_package.ts";
import { mustRun } from "./run.ts";

/** A JavaScript runtime that the package is tested on. */
export interface Runtime {
  /** Name for people, with what it calls C by. */
  name: string;
  /** What it is to the library. */
  kind: "deno" | "node" | "bun";
  /** The command that runs a program. */
  command: string[];
}

/** Folder of everything that is installed for these tests. */
export const cache: string = `${root}.cache/runtimes/`;

/** The oldest Node that the package is tested on. */
export const NODE_20 = "20.20.2";
const NODE_26 = "26.10.0";
/** The Bun that the package is tested on. */
export const BUN = "1.4.4";
/** The koffi that the package is tested with. */
export const KOFFI = "3.3.4";

/** Installs the runtimes, where they are not there yet, and gives them. */
export async function runtimes(): Promise<Runtime[]> {
  const [node20, node26, bun] = await Promise.all([
    install("node", NODE_20, "node/bin/node"),
    install("node", NODE_26, "node/bin/node"),
    install("bun", BUN, "bun/bin/bun.exe"),
  ]);
  return [
    { name: `Deno ${Deno.version.deno}`, kind: "deno", command: [Deno.execPath()] },
    { name: `Node ${NODE_20}, koffi`, kind: "node", command: [node20] },
    { name: `Node ${NODE_26}, node:ffi`, kind: "node", command: [node26, "--disable-warning=ExperimentalWarning"] },
    { name: `Bun ${BUN}, bun:ffi`, kind: "bun", command: [bun] },
  ];
}

/**
 * Installs an npm package into a folder of its own in the cache, where it is not there yet.
 *
 * @param program The path in `node_modules` of the file that is wanted.
 * @returns Its absolute path.
 */
export async function install(name: string, version: string, program: string): Promise<string> {
  const folder = `${cache}${name}-${version}`;
  const path = `${folder}/node_modules/${program}`;
  if (await isFile(path)) return path;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true }\n');
  await mustRun(["npm", "install", "--no-audit", "--no-fund", `${name}@${version}`], { cwd: folder, timeout: 300_000 });
  return path;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
