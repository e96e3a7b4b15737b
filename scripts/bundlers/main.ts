/**
 * Proves that the npm package works through bundlers, loaders and test runners: each builds one small program, which is
 * moved to its own folder, which has only koffi, and run there. publint and attw look at the tarball.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { entryPoints, packageFields, root } from "../npm_package.ts";
import { mustRun, type Output, run } from "../runtimes/run.ts";
import { BUN, install, KOFFI, NODES } from "../runtimes/runtime.ts";
import { cases, TOOLS } from "./cases.ts";

if (Deno.args.length > 0) {
  console.log("Usage: deno task test:bundlers\n\nRuns the npm package through bundlers, loaders and test runners.");
  Deno.exit(Deno.args.includes("--help") ? 0 : 2);
}
const project = `${root}.cache/bundlers/`;
await Deno.mkdir(project, { recursive: true });
await mustRun([Deno.execPath(), "run", "-A", "scripts/build_npm.ts"], { cwd: root, timeout: 300_000 });
const [tarball] = JSON.parse(await mustRun(["npm", "pack", "--json", "--pack-destination", project, `${root}npm`]));
await Deno.writeTextFile(`${project}package.json`, '{ "private": true }\n');
const packages = [...TOOLS, `koffi@${KOFFI}`, `./${tarball.filename}`];
await mustRun(["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...packages], {
  cwd: project,
  timeout: 600_000,
});
const nodes = await Promise.all(NODES.map((version) => install("node", version, "node/bin/node")));
const bun = await install("bun", BUN, "bun/bin/bun.exe");

let failed = 0;
const names: string[] = [];
for (const { name, files, build, output, run: programs } of cases({ nodes, bun })) {
  const source = `${project}${name.replaceAll(/\W+/g, "_")}/`;
  await rm(source, { recursive: true, force: true });
  await Deno.mkdir(source);
  for (const [file, text] of Object.entries(files)) await Deno.writeTextFile(source + file, text);
  let fault = "";
  for (const command of build ?? []) fault ||= faultOf(await run(command, { cwd: source, timeout: 180_000 }));
  // It may need nothing of the machine that built it, except koffi, which users install.
  const moved = output === undefined || fault !== "" ? undefined : await moveOut(source + output);
  for (const command of fault === "" ? programs : []) {
    const result = await run(command, { cwd: moved ?? source, timeout: 120_000 });
    fault ||= faultOf(result) || (/^world$|1 passed/m.test(result.stdout + result.stderr) ? "" : result.stdout);
  }
  if (moved !== undefined) await Deno.remove(moved, { recursive: true });
  if (fault !== "") failed++;
  names.push(name);
  console.log(`${name}: ${fault === "" ? "ok" : `FAILED\n${fault}`}`);
}
for (const command of [["publint", "--strict", `${root}npm`], ["attw", "--profile", "esm-only", tarball.filename]]) {
  const [program = "", ...rest] = command;
  const fault = faultOf(await run([`${project}node_modules/.bin/${program}`, ...rest], { cwd: project }));
  if (fault !== "") failed++;
  console.log(`${program}: ${fault === "" ? "ok" : `FAILED\n${fault}`}`);
}
console.log(
  `bundlers on ${packageFields.name}, ${entryPoints.length} entry points: ` +
    `${names.length + 2 - failed} passed, 0 skipped, ${failed} failed`,
);
Deno.exit(failed > 0 ? 1 : 0);

function faultOf({ success, stdout, stderr }: Output): string {
  return success ? "" : stdout + stderr || "it failed in silence";
}

async function moveOut(output: string): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "bundle-" });
  for await (const { name } of Deno.readDir(output)) await Deno.rename(`${output}/${name}`, `${folder}/${name}`);
  await mustRun([
    "cp",
    "-r",
    `${project}node_modules/koffi`,
    `${project}node_modules/@koromix`,
    "--target-directory",
    await nodeModules(folder),
  ]);
  return folder;
}

async function nodeModules(folder: string): Promise<string> {
  await Deno.mkdir(`${folder}/node_modules`, { recursive: true });
  return `${folder}/node_modules`;
}
