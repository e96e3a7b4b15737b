import { root } from "../npm_package.ts";
import { mustRun } from "./run.ts";

/** A JavaScript runtime that the package is tested on. */
export interface Runtime {
  /** Its name in reports, with the FFI that it uses. */
  name: string;
  /** Its kind, as the library distinguishes it. */
  kind: "deno" | "node" | "bun";
  /** The command that runs a program. */
  command: string[];
}

/** The folder for everything that is installed for these tests. */
export const cache: string = `${root}.cache/runtimes/`;

/** The Nodes that the package is tested on; the first runs in the guest too. */
export const NODES = ["22.23.3", "24.21.0", "26.10.0"] as const;
/** The Bun that the package is tested on. */
export const BUN = "1.4.4";
/** The koffi that the package is tested with. */
export const KOFFI = "3.3.4";

/** Installs the runtimes that are missing, and returns all of them. */
export async function runtimes(): Promise<Runtime[]> {
  const [bun, ...nodes] = await Promise.all([
    install("bun", BUN, "bun/bin/bun.exe"),
    ...NODES.map((version) => install("node", version, "node/bin/node")),
  ]);
  return [
    { name: `Deno ${Deno.version.deno}`, kind: "deno", command: [Deno.execPath()] },
    ...nodes.map((node, i): Runtime => {
      const hasFfi = Number(NODES[i]?.split(".")[0]) >= 26;
      const name = `Node ${NODES[i]}, ${hasFfi ? "node:ffi" : "koffi"}`;
      return { name, kind: "node", command: hasFfi ? [node, "--disable-warning=ExperimentalWarning"] : [node] };
    }),
    { name: `Bun ${BUN}, bun:ffi`, kind: "bun", command: [bun] },
  ];
}

/**
 * Installs an npm package into its own folder in the cache, unless it is there.
 *
 * @param program The path of the wanted file in `node_modules`.
 * @returns Its absolute path.
 */
export async function install(name: string, version: string, program: string): Promise<string> {
  const folder = folderOf(name, version);
  const path = installedPath(name, version, program);
  if (await isFile(path)) return path;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/package.json`, '{ "private": true }\n');
  await mustRun(["npm", "install", "--no-audit", "--no-fund", `${name}@${version}`], { cwd: folder, timeout: 300_000 });
  return path;
}

/** The path of a program that {@linkcode install} installs. */
export function installedPath(name: string, version: string, program: string): string {
  return `${folderOf(name, version)}/node_modules/${program}`;
}

function folderOf(name: string, version: string): string {
  return `${cache}${name}-${version}`;
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await Deno.stat(path)).isFile;
  } catch {
    return false;
  }
}
