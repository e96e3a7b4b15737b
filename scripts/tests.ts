/**
 * Runs every test: on this runtime, with `--allow-ffi` alone, as the npm package on the other runtimes, and in guests
 * whose kernel has SMC and every other family, and can make a network bad. Ends in one summary; a part or a test that
 * this machine cannot run is named with what changes that.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { type Tool, whyNotWith } from "../tests/runner/tools.ts";
import { which } from "../tests/runner/which.ts";
import { Failures } from "./failures.ts";
import { preferPython } from "./prefer_python.ts";
import { Progress } from "./progress.ts";
import { endCommands, runCommand } from "./run_command.ts";
import { suites } from "./runtimes/suites.ts";

interface Part {
  name: string;
  /** What it runs: several of them at once. */
  commands: string[][];
  /** The parts of a lane run one after the other, beside those of the other lane: both take about as long. */
  lane: 1 | 2;
  /** The programs that it needs. */
  needs?: Tool[];
  /** Why it cannot run here, and what to do about it. */
  missing?: string | undefined;
  /**
   * Whether it sends a million messages, and load, fuzzing and kill tests run as long as the environment says (`RPC_*`):
   * one part is enough.
   */
  long?: true;
  /** Whether its command runs several suites at once: `--jobs` tells how many. */
  jobs?: true;
  /** Whether it runs only if it is named, or with `--all`. */
  extra?: true;
}

const USAGE = `Usage: deno task test [PART...]

Runs every test, or only the parts named: deno, ffi, wake, smc, runtimes, netem, families; bare, the tests as on a
machine that has no program to compare with; and container, the tests as in a container of Docker. On two cores or more,
two parts run at once, one of the first four beside one of the others; of a part alone, several test folders or suites.

  --all       all parts, bare and container too, and every suite on every runtime; fail where a part cannot run here,
              instead of skipping it
  --serial    one part at a time, and of it one folder or suite at a time
  -h, --help  show this`;

/** The folders of tests that take longest: they begin first, so that none runs on alone. */
const LONGEST = [
  "rpc",
  "socket",
  "conformance",
  "examples",
  "blocking",
  "dictionary",
  "inet",
  "node",
  "unix",
  "netlink",
  "backends",
].map((name) => `tests/${name}`);

/** Where io_uring is refused, as in many containers, a thread wakes a program that waits: these tests wait most. */
const WAKE_TESTS = [
  "conformance/unix_test.ts",
  "conformance/unix_message_test.ts",
  "backends/wake_test.ts",
  "socket/ending_test.ts",
  "socket/poll_unref_test.ts",
  "socket/poller_test.ts",
  "socket/readiness_test.ts",
].map((name) => `tests/${name}`);

const args = parseArgs(Deno.args, { boolean: ["help", "all", "serial"], alias: { h: "help" }, unknown: checkArgument });
const root = new URL("..", import.meta.url).pathname;
const guest: Tool[] = ["qemu-system-x86_64", "xz", "cc"];
const parts: Part[] = [
  {
    name: "deno",
    lane: 1,
    commands: testFolders().map((folder) => ["deno", "test", "-A", "--no-check", folder]),
    long: true,
  },
  { name: "ffi", lane: 1, commands: [["deno", "test", "--allow-ffi"]] },
  {
    name: "wake",
    lane: 1,
    commands: [contained("deno", "test", "-A", "--no-check", ...WAKE_TESTS)],
    needs: ["python3"],
  },
  { name: "smc", lane: 1, commands: [["deno", "task", "-q", "test:smc"]], needs: guest },
  { name: "bare", lane: 1, commands: [["deno", "run", "-A", "scripts/bare.ts", "deno", "test", "-A"]], extra: true },
  {
    name: "runtimes",
    lane: 2,
    commands: [["deno", "run", "-A", "scripts/runtimes/main.ts", ...(args.all ? ["--all"] : [])]],
    jobs: true,
    missing: which("node") && which("npm") ? undefined : "needs node npm: apt-get install nodejs npm",
  },
  { name: "netem", lane: 2, commands: [["deno", "task", "-q", "test:netem"]], needs: guest },
  { name: "families", lane: 2, commands: [["deno", "task", "-q", "test:families"]], needs: guest },
  {
    name: "container",
    lane: 2,
    commands: testFolders().map((folder) => contained("deno", "test", "-A", "--no-check", folder)),
    needs: ["python3"],
    extra: true,
  },
];
const stranger = args._.find((name: unknown) => !parts.some((part) => part.name === name));
if (stranger !== undefined) fail(`there is no part ${stranger}`);
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const chosen = parts.filter(({ name, extra }) => args._.length > 0 ? args._.includes(name) : args.all || !extra);
const cores = navigator.hardwareConcurrency;
const lanes = (!args.serial && cores > 1 ? [1, 2].map((lane) => chosen.filter((part) => part.lane === lane)) : [chosen])
  .filter((lane) => lane.length > 0);
/**
 * How many commands of a part, or suites of a command, run at once. A part alone would leave the processors idle while
 * its tests wait; beside another one, more at once takes as long.
 */
const atOnce = args.serial ? 1 : lanes.length === 1 ? 2 * cores : Math.ceil(cores / 2);
preferPython();
const environment = Object.entries({
  ...Deno.env.toObject(),
  ...(Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" }),
});
const shorter = {
  ...Object.fromEntries(environment.filter(([name]) => !name.startsWith("RPC_"))),
  BULK_MESSAGES: "200000",
};
const totals = { passed: 0, failed: 0, skipped: 0 };
/** How many tests were skipped for each set of missing programs, and their packages. */
const lacks = new Map<string, number>();
const packages = new Set<string>();
const outcomes = new Map<string, string>();
/** Why parts failed: at the end of a log, where it is looked for, and where a service may cut off what precedes. */
const reasons: string[] = [];
const progress = new Progress(`${root}.cache/test_times.json`, lanes.map((lane) => lane.map(({ name }) => name)));
Deno.addSignalListener("SIGINT", () => {
  endCommands();
  Deno.exit(130);
});
await Promise.all(lanes.map(async (lane) => {
  for (const part of lane) outcomes.set(part.name, await outcomeOf(part));
}));
progress.print(`\n${chosen.map(({ name }) => `${name}: ${outcomes.get(name)}`).join("\n")}\n`);
for (const reason of reasons) console.log(`\n${reason}`);
if (lacks.size > 0) {
  const wants = [...lacks].map(([programs, count]) => `${count} for want of ${programs}`);
  console.log(`\nskipped here: ${wants.join(", ")}`);
  console.log(`all of these run after: apt-get install ${[...packages].join(" ")}`);
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
Deno.exit(totals.failed > 0 ? 1 : 0);

/** Runs a part, unless it cannot run here, adds its counts to the totals, and tells its outcome for the summary. */
async function outcomeOf(part: Part): Promise<string> {
  const missing = part.missing ?? whyNotWith(part.needs ?? []);
  if (missing !== undefined) {
    noteLack(missing, 0);
    progress.end(part.name);
    if (args.all) totals.failed++;
    return `${args.all ? "FAILED" : "skipped"}, ${missing}`;
  }
  const started = performance.now();
  const { success, passed, failed, skipped, why } = await run(part);
  if (!success) reasons.push([`${part.name} failed:`, ...why].join("\n  "));
  totals.passed += passed;
  totals.failed += Math.max(failed, success ? 0 : 1);
  totals.skipped += skipped;
  const seconds = (performance.now() - started) / 1000;
  progress.end(part.name, success ? { tests: passed + skipped, seconds } : undefined);
  return `${success ? "ok" : "FAILED"}, ${passed} passed, ${failed} failed, ${skipped} skipped in ${
    seconds.toFixed(0)
  } s`;
}

/** Runs a part, several of its commands at once, and adds up their counts and the lines that tell why some failed. */
async function run({ name, commands, jobs, long }: Part): Promise<typeof totals & { success: boolean; why: string[] }> {
  progress.begin(name);
  const result = { passed: 0, failed: 0, skipped: 0, success: true, why: [] as string[] };
  const waiting = [...commands];
  await Promise.all(Array.from({ length: atOnce }, async () => {
    for (let command = waiting.shift(); command !== undefined; command = waiting.shift()) {
      const words = jobs ? [...command, `--jobs=${atOnce}`] : command;
      progress.print(`\n== ${name}: ${words.join(" ")}\n\n`);
      const failures = new Failures();
      const { success, ended } = await runCommand(words, {
        cwd: root,
        env: long ? Object.fromEntries(environment) : shorter,
        see: (line) => {
          progress.see(name, line);
          failures.see(line);
          count(line, result);
        },
        show: (lines) => progress.print(lines.map((line) => prefixOf(name) + line).join("")),
        isBesideOthers: commands.length > 1 && atOnce > 1,
      });
      result.success &&= success;
      if (!success) result.why.push(...failures.lines(), ...(ended === undefined ? [] : [ended]));
    }
  }));
  return result;
}

function prefixOf(name: string): string {
  return lanes.length > 1 ? `${name.padEnd(8)} | ` : "";
}

/**
 * Deno says `ok | 3 passed | 1 failed | 2 ignored (1s)`; the runtimes' script says
 * `…: 3 passed, 2 skipped, 1 failed, 1 s`. A test that lacks a program says so in its name.
 */
function count(plain: string, counts: typeof totals): void {
  const [, times, lack] = plain.match(/(?:^(\d+) × .*)?\[skipped: (needs .*?: apt-get install [^\]]+)\]/) ?? [];
  if (lack !== undefined) noteLack(lack, Number(times ?? 1));
  if (!/^(?:ok|FAILED) \|| on .*: \d+ passed/.test(plain)) return;
  const number = (pattern: RegExp) => Number(plain.match(pattern)?.[1] ?? 0);
  counts.passed += number(/(\d+) passed/);
  counts.failed += number(/(\d+) failed/);
  counts.skipped += number(/(\d+) (?:ignored|skipped)/);
}

/** A command as it runs in a container. */
function contained(...command: string[]): string[] {
  return ["deno", "run", "-A", "scripts/container.ts", ...command];
}

/** The folders in which test files are, those that take longest first. */
function testFolders(): string[] {
  const folders = suites().flatMap(({ files }) => files).map((file) => file.split("/").slice(0, 2).join("/"));
  return [...new Set([...LONGEST, ...folders])];
}

function noteLack(lack: string, times: number): void {
  const [, programs = "", names = ""] = lack.match(/^needs (.*): apt-get install (.*)$/) ?? [];
  lacks.set(programs, (lacks.get(programs) ?? 0) + times);
  for (const name of names.split(" ")) packages.add(name);
}

function checkArgument(argument: string, option?: string): boolean {
  if (option !== undefined) fail(`there is no option ${argument}`);
  return true;
}

function fail(reason: string): never {
  console.error(`Cannot test: ${reason}\n\n${USAGE}`);
  Deno.exit(2);
}
