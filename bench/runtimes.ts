import { rm } from "node:fs/promises";
import { root } from "../scripts/npm_package.ts";
import { mustRun } from "../scripts/runtimes/run.ts";
import { BUN, install, installedPath, KOFFI, NODES, runtimes } from "../scripts/runtimes/runtime.ts";

/** A project with the package installed, for the programs of `peers/` that run on Node and Bun. */
const PROJECT = `${root}.cache/bench/project/`;

/** The commands of the runtimes beside Deno. */
const COMMANDS: Record<string, string[]> = {
  bun: [installedPath("bun", BUN, "bun/bin/bun.exe")],
  ...Object.fromEntries(NODES.map((version) => {
    const major = version.split(".")[0];
    return [`node${major}`, [installedPath("node", version, "node/bin/node"), "--no-warnings"]];
  })),
};

/** Installs the runtimes beside Deno, where they are not there yet, and the package of today for them. */
export async function installRuntimes(): Promise<void> {
  await runtimes();
  await mustRun([Deno.execPath(), "run", "-A", `${root}scripts/build_npm.ts`], { timeout: 300_000 });
  const modules = `${PROJECT}node_modules/`;
  await Deno.mkdir(`${modules}@berkeley`, { recursive: true });
  const koffi = await install("koffi", KOFFI, "koffi/package.json");
  await mustRun(["cp", "-a", `${koffi.slice(0, koffi.lastIndexOf("/koffi/"))}/.`, modules]);
  await rm(`${modules}@berkeley/sockets`, { recursive: true, force: true });
  await mustRun(["cp", "-a", `${root}npm`, `${modules}@berkeley/sockets`]);
  for (const name of ["runtime_server", "scaled_server"]) {
    await Deno.copyFile(`${root}bench/peers/${name}.mjs`, `${PROJECT}${name}.mjs`);
  }
}

/** The path of a program of `peers/` for a runtime: Deno runs it on the source, the others in a project with the package. */
export function programOf(runtime: string, name: string): string {
  return runtime === "deno" ? `bench/peers/${name}.mjs` : `${PROJECT}${name}.mjs`;
}

/** The command of a runtime: `node22`, `node24`, `node26` or `bun`; `undefined` if it is none. */
export function runtimeCommand(name: string): string[] | undefined {
  return COMMANDS[name];
}

/** The versions of the runtimes beside Deno. */
export const VERSIONS: Record<string, string> = { node: NODES.join(", "), bun: BUN };
