/**
 * `deno task soak`: on each runtime in turn, connections of every kind until the time is over, then Workers that are
 * terminated while they wait; and whether bytes, descriptors, memory and unhandled rejections came out right.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { root } from "./npm_package.ts";
import { COMPANIONS, compileTests } from "./runtimes/compile_tests.ts";
import { makeProject } from "./runtimes/project.ts";
import { mustRun } from "./runtimes/run.ts";
import { type Runtime, runtimes } from "./runtimes/runtime.ts";

const USAGE = `Usage: deno task soak [--minutes N] [--workers N] [--runtime PART]

Runs connections of every kind on each runtime, and terminates Workers that wait.

  --minutes N     for so long, all runtimes together (default 15)
  --workers N     so many Workers on each runtime (default 1000; 0 leaves them out)
  --runtime PART  only runtimes whose name has this in it, such as "Node 26"`;

/** Megabytes by which the second half may exceed the first: the heap may not have reached its full size yet. */
const GROWTH = 64;

const args = parseArgs(Deno.args, { string: ["minutes", "workers", "runtime"], boolean: ["help"], unknown: refuse });
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const minutes = number("minutes", 15);
const workers = number("workers", 1000);
const chosen = (await runtimes()).filter(({ name }) => name.includes(args.runtime ?? ""));
if (chosen.length === 0) refuse(`--runtime=${args.runtime}`);
let project = "";
if (chosen.some(({ kind }) => kind !== "deno")) {
  await mustRun([Deno.execPath(), "run", "-A", `${root}scripts/build_npm.ts`], { timeout: 300_000 });
  project = await makeProject();
  for (const folder of ["tests", ...COMPANIONS]) await compileTests(project, folder);
}
for (const runtime of chosen) {
  const seconds = Math.max(2, Math.round(minutes * 60 / chosen.length));
  const soaked = await run(runtime, "soak_program", seconds, seconds * 1000 + 120_000);
  console.log(`${runtime.name}, ${seconds} s: ${soaked}`);
  const { faults = ["no result"], descriptors = 0, megabytes: [early = 0, late = 0] = [] } = parsed(soaked);
  if (faults.length > 0 || descriptors > 0 || late > early + GROWTH) fail(`${runtime.name}: connections`);
  if (workers === 0) continue;
  const terminated = await run(runtime, "terminate_program", workers, workers * 2000 + 60_000);
  console.log(`${runtime.name}: ${terminated}`);
  if (parsed(terminated).workers !== workers) fail(`${runtime.name}: Workers`);
}

/** The last line that a program printed, or its error. */
async function run({ kind, command }: Runtime, name: string, argument: number, timeout: number): Promise<string> {
  const [program = "", ...rest] = kind === "deno"
    ? [...command, "run", "-A", "--no-check", `${root}tests/soak/${name}.ts`]
    : [...command, `${project}tests/soak/${name}.js`];
  const args = [...rest, `${argument}`];
  const child = new Deno.Command(program, { args, stdin: "null", stdout: "piped", stderr: "piped" }).spawn();
  const timer = setTimeout(() => child.kill("SIGKILL"), timeout);
  const { stdout, stderr } = await child.output();
  clearTimeout(timer);
  const [said, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  return said?.split("\n").at(-1) || `failed: ${error?.slice(-500)}`;
}

function parsed(
  line: string,
): { faults?: string[]; descriptors?: number; megabytes?: number[]; workers?: number } {
  return line.startsWith("{") ? JSON.parse(line) : {};
}

function number(name: "minutes" | "workers", otherwise: number): number {
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
