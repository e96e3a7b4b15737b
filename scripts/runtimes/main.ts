/**
 * Tests the npm package: builds it, installs its tarball in an empty project, and runs the suites there on every
 * runtime but Deno, which `deno task test` is for.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { fillMarks } from "../fill_marks.ts";
import { root } from "../npm_package.ts";
import { preferPython } from "../prefer_python.ts";
import { checkCross } from "./check_cross.ts";
import { checkImports, checkWithoutKoffi } from "./check_imports.ts";
import { checkTypes } from "./check_types.ts";
import { COMPANIONS, compileTests } from "./compile_tests.ts";
import { makeProject } from "./project.ts";
import { mustRun } from "./run.ts";
import { report, runSuite, type SuiteResult } from "./run_suite.ts";
import { type Runtime, runtimes } from "./runtime.ts";
import { type Suite, suites } from "./suites.ts";
import { tableOf } from "./table.ts";

const names = [...suites().map(({ name }) => name), "cross"];
const USAGE = `Usage: deno run -A scripts/runtimes/main.ts [--all] [--suite NAME] [--runtime PART] [--jobs N] [--write]

Builds the npm package, installs it, and runs the suites on each Node and on Bun; the long ones on the newest Node alone.

  --all           the long suites on each runtime, too

  --suite NAME    only this suite: ${names.join(", ")}
  --runtime PART  only runtimes whose name has this in it, such as "Node 26"
  --jobs N        as many suites at once as this; as there are cores, if left out
  --write         on Deno too, and put the table of results into docs/runtimes.md`;

const args = parseArgs(Deno.args, {
  string: ["suite", "runtime", "jobs"],
  boolean: ["all", "help", "write"],
  unknown: refuse,
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
if (args.suite !== undefined && !names.includes(args.suite)) refuse(`--suite=${args.suite}`);
preferPython();
const atOnce = Number(args.jobs ?? navigator.hardwareConcurrency);
if (!Number.isInteger(atOnce) || atOnce < 1) refuse(`--jobs=${args.jobs}`);
const [available] = await Promise.all([
  runtimes(),
  mustRun([Deno.execPath(), "run", "-A", `${root}scripts/build_npm.ts`], { timeout: 300_000 }),
]);
const chosen = available.filter(({ name, kind }) =>
  args.runtime === undefined ? args.write || kind !== "deno" : name.includes(args.runtime)
);
const takesAll = args.all || args.write || args.suite !== undefined || args.runtime !== undefined;
const newestNode = available.findLast(({ kind }) => kind === "node");
if (chosen.length === 0) refuse(`--runtime=${args.runtime}`);
const project = await makeProject();
for (const folder of ["tests", ...COMPANIONS]) await compileTests(project, folder);

/** What is wrong beyond the suites. */
const faults: string[] = [];
let failed = false;
if (args.suite === undefined) {
  faults.push(await checkTypes(project));
  faults.push(...await checkImports(available, project));
  const old = available.find(({ name }) => name.includes("koffi"));
  if (old !== undefined) faults.push(await checkWithoutKoffi(old, project));
  console.log(
    `the tarball: ${faults.some(Boolean) ? "faults" : "installs, type-checks, and runs, in one file too"}`,
  );
}
const results = new Map<Suite, Map<Runtime, SuiteResult>>();
const jobs = suites().filter(({ name }) => name === (args.suite ?? name))
  .flatMap((suite) => chosen.map((runtime) => ({ suite, runtime })))
  .filter(({ suite, runtime }) => takesAll || !suite.isLong || runtime === newestNode);
for (const { suite } of jobs) results.set(suite, new Map());
await Promise.all(Array.from({ length: atOnce }, async () => {
  for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
    const { suite, runtime } = job;
    const result = await runSuite(runtime, project, suite);
    results.get(suite)?.set(runtime, result);
    report(`${suite.name} on ${runtime.name}`, result);
    failed ||= result.failure !== undefined;
  }
}));
for (const [reason, count] of lacks(results)) console.log(`${count} × [skipped: ${reason}]`);
let cross = "not run";
if ((args.suite ?? "cross") === "cross") {
  const begin = performance.now();
  const all = await checkCross(available, project);
  const pairs = all.flatMap(({ server, client, results }) =>
    Object.entries(results).map(([family, result]) => ({ server, client, family, result }))
  );
  for (const { server, client, family, result } of pairs) {
    if (result !== "ok") faults.push(`${family}, server on ${server.name}, client on ${client.name}: ${result}`);
  }
  const good = pairs.filter(({ result }) => result === "ok").length;
  cross = `${good} of ${pairs.length}`;
  console.log(`cross: ${cross} passed, ${((performance.now() - begin) / 1000).toFixed(1)} s`);
}
if (args.write) fillMarks("docs/runtimes.md", "runtimes", tableOf(available, results, cross));
if (faults.some(Boolean)) console.log(`\n ERRORS \n\n${faults.filter(Boolean).join("\n")}`);
if (failed || faults.some(Boolean)) Deno.exit(1);

/** How many tests were skipped because a program is missing, by reason. */
function lacks(results: Map<Suite, Map<Runtime, SuiteResult>>): Map<string, number> {
  const counts = new Map<string, number>();
  const tests = [...results.values()].flatMap((row) => [...row.values()]).flatMap(({ tests }) => tests);
  for (const { name } of tests) {
    const reason = name.match(/\[skipped: (needs .*: apt-get install .*)\]$/)?.[1];
    if (reason !== undefined) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  return counts;
}

function refuse(argument: string): never {
  console.error(`Cannot test with ${argument}\n\n${USAGE}`);
  Deno.exit(2);
}
