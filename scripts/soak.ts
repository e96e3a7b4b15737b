/**
 * `deno task soak`: on each runtime in turn, connections of every kind until the time is over, then Workers that are
 * terminated while they wait, then SMC in the guest; and whether bytes, descriptors, memory and unhandled rejections came
 * out right.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { fillMarks } from "./fill_marks.ts";
import { root } from "./npm_package.ts";
import { COMPANIONS, compileTests } from "./runtimes/compile_tests.ts";
import { makeProject } from "./runtimes/project.ts";
import { mustRun } from "./runtimes/run.ts";
import { runtimes } from "./runtimes/runtime.ts";

const USAGE = `Usage: deno task soak [--minutes N] [--workers N] [--smc N] [--runtime PART] [--write]

Runs connections of every kind on each runtime, terminates Workers that wait, and runs SMC in the guest.

  --minutes N     for so long, all runtimes together (default 15)
  --workers N     so many Workers on each runtime (default 1000; 0 leaves them out)
  --smc N         SMC in the guest for so many minutes (default 3; 0 leaves it out)
  --runtime PART  only runtimes whose name has this in it, such as "Node 26"
  --write         put the table of results into CONTRIBUTING.md; then run deno task fmt`;

/** Megabytes by which the second half may exceed the first: the heap may not have reached its full size yet. */
const GROWTH = 64;

interface Soaked {
  counts?: Record<string, number>;
  faults?: string[];
  descriptors?: number;
  megabytes?: [early: number, late: number];
}

interface Terminated {
  workers?: number;
  first?: Record<"descriptors" | "threads", number>;
  last?: Record<"descriptors" | "threads", number>;
}

const args = parseArgs(Deno.args, {
  string: ["minutes", "workers", "smc", "runtime"],
  boolean: ["help", "write"],
  unknown: refuse,
});
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const minutes = number("minutes", 15);
const workers = number("workers", 1000);
const smc = number("smc", 3);
const chosen = (await runtimes()).filter(({ name }) => name.includes(args.runtime ?? ""));
if (chosen.length === 0) refuse(`--runtime=${args.runtime}`);
let project = "";
if (chosen.some(({ kind }) => kind !== "deno")) {
  await mustRun([Deno.execPath(), "run", "-A", `${root}scripts/build_npm.ts`], { timeout: 300_000 });
  project = await makeProject();
  for (const folder of ["tests", ...COMPANIONS]) await compileTests(project, folder);
}
const rows: string[] = [];
for (const { name, kind, command } of chosen) {
  const program = (file: string): string[] =>
    kind === "deno"
      ? [...command, "run", "-A", "--no-check", `${root}tests/soak/${file}.ts`]
      : [...command, `${project}tests/soak/${file}.js`];
  const seconds = Math.max(2, Math.round(minutes * 60 / chosen.length));
  const cwd = kind === "deno" ? root : project; // where Workers find koffi
  const soaked: Soaked = await run(name, [...program("soak_program"), `${seconds}`], seconds + 120, cwd);
  judge(name, soaked);
  const ended: Terminated = workers === 0
    ? {}
    : await run(name, [...program("terminate_program"), `${workers}`], workers * 2 + 60, cwd);
  if (workers > 0 && ended.workers !== workers) fail(`${name}: Workers`);
  rows.push(rowOf(name, seconds, soaked, ended));
}
if (smc > 0) {
  const name = `SMC-R in the guest, Deno ${Deno.version.deno}`;
  const seconds = smc * 60;
  const timeout = seconds + 600;
  const guest = [Deno.execPath(), "run", "-A", `${root}scripts/guest/main.ts`, "--timeout", `${timeout}`, "--"];
  const program = ["deno", "run", "-A", "--no-check", "tests/soak/soak_program.ts", `${seconds}`, "smc"];
  const soaked: Soaked = await run(name, [...guest, ...program], timeout + 300, root);
  judge(name, soaked);
  rows.push(rowOf(name, seconds, soaked, {}));
}
if (args.write) fillMarks("CONTRIBUTING.md", "soak", tableOf(rows));

/** Runs a program, and gives the result that it printed as its last line of JSON. */
async function run(
  name: string,
  [program = "", ...args]: string[],
  timeout: number,
  cwd: string,
): Promise<Soaked & Terminated> {
  const child = new Deno.Command(program, { args, cwd, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const timer = setTimeout(() => child.kill("SIGTERM"), timeout * 1000);
  const { stdout, stderr } = await child.output();
  clearTimeout(timer);
  const [said = "", error = ""] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  const line = said.split("\n").findLast((line) => line.startsWith("{"));
  console.log(`${name}: ${line ?? `failed: ${error.slice(-500)}`}`);
  return line === undefined ? {} : JSON.parse(line);
}

function judge(
  name: string,
  { faults = ["no result"], descriptors = 0, megabytes: [early, late] = [0, 0] }: Soaked,
): void {
  if (faults.length > 0 || descriptors > 0 || late > early + GROWTH) fail(`${name}: connections`);
}

function rowOf(name: string, seconds: number, soaked: Soaked, { workers, first, last }: Terminated): string {
  const { counts = {}, faults = ["no result"], descriptors = "", megabytes = [] } = soaked;
  const operations = Object.values(counts).reduce((sum, count) => sum + count, 0).toLocaleString("en");
  const each = (what: "descriptors" | "threads"): string =>
    `${(((last?.[what] ?? 0) - (first?.[what] ?? 0)) / (workers || 1)).toFixed(2)} ${what}`;
  const left = workers === undefined
    ? ""
    : `${workers.toLocaleString("en")}: ${each("descriptors")}, ${each("threads")}`;
  return `| ${name} | ${seconds} | ${operations} | ${faults.length} | ${descriptors} | ${
    megabytes.join(", ")
  } | ${left} |`;
}

function tableOf(rows: string[]): string {
  const date = new Date().toLocaleDateString("en-GB", { dateStyle: "long" });
  const wrong = "wrong bytes, errors, unhandled rejections";
  return [
    `On ${date}, Linux ${Deno.osRelease()}, ${navigator.hardwareConcurrency} cores:`,
    "",
    `| where | seconds | operations | ${wrong} | descriptors left | MB in each half | left by each terminated Worker |`,
    "| --- | --- | --- | --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

function number(name: "minutes" | "workers" | "smc", otherwise: number): number {
  const value = Number(args[name] ?? otherwise);
  if (!(value >= 0)) refuse(`--${name}=${args[name]}`);
  return value;
}

function fail(what: string): void {
  console.log(`FAILED: ${what}`);
  Deno.exitCode = 1;
}

function refuse(argument: string): never {
  console.error(`Cannot soak with ${argument}\n\n${USAGE}`);
  Deno.exit(2);
}
