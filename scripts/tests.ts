/**
 * Runs every test: on this runtime, with `--allow-ffi` alone, as the npm package on the other runtimes, and in guests
 * whose kernel has SMC and every other family, and can make a network bad. Ends in one summary; a part or a test that
 * this machine cannot run is named with what changes that.
 *
 * @module
 */
import { MuxAsyncIterator } from "@std/async/mux-async-iterator";
import { parseArgs } from "@std/cli/parse-args";
import { type Tool, whyNotWith } from "../tests/runner/tools.ts";
import { which } from "../tests/runner/which.ts";
import { Failures } from "./failures.ts";
import { preferPython } from "./prefer_python.ts";
import { Progress } from "./progress.ts";
import { kill } from "./runtimes/run.ts";
import { SUITE_TIMEOUT } from "./runtimes/run_suite.ts";

interface Part {
  name: string;
  command: string[];
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
  /** Whether it runs several suites at once: `--jobs` tells how many cores the other lane leaves. */
  jobs?: true;
  /** Whether it runs only if it is named, or with `--all`. */
  extra?: true;
}

const USAGE = `Usage: deno task test [PART...]

Runs every test, or only the parts named: deno, ffi, wake, smc, runtimes, netem, families; and bare, the tests as on a
machine that has no program to compare with. On two cores or more, two parts run at once: one of the first four beside
one of the others.

  --all       all parts, bare too, and every suite on every runtime; fail where a part cannot run here, instead of
              skipping it
  --serial    one part at a time
  -h, --help  show this`;

/** Milliseconds without any output after which a part is ended: more than any test or suite may take. */
const SILENCE = SUITE_TIMEOUT + 60_000;

const args = parseArgs(Deno.args, { boolean: ["help", "all", "serial"], alias: { h: "help" }, unknown: checkArgument });
const root = new URL("..", import.meta.url).pathname;
const guest: Tool[] = ["qemu-system-x86_64", "xz", "cc"];
const parts: Part[] = [
  { name: "deno", lane: 1, command: ["deno", "test", "-A"], long: true },
  { name: "ffi", lane: 1, command: ["deno", "test", "--allow-ffi"] },
  { name: "wake", lane: 1, command: ["deno", "run", "-A", "scripts/wake.ts"], needs: ["python3"] },
  { name: "smc", lane: 1, command: ["deno", "task", "-q", "test:smc"], needs: guest },
  { name: "bare", lane: 1, command: ["deno", "run", "-A", "scripts/bare.ts", "deno", "test", "-A"], extra: true },
  {
    name: "runtimes",
    lane: 2,
    command: ["deno", "run", "-A", "scripts/runtimes/main.ts", ...(args.all ? ["--all"] : [])],
    jobs: true,
    missing: which("node") && which("npm") ? undefined : "needs node npm: apt-get install nodejs npm",
  },
  { name: "netem", lane: 2, command: ["deno", "task", "-q", "test:netem"], needs: guest },
  { name: "families", lane: 2, command: ["deno", "task", "-q", "test:families"], needs: guest },
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
const groups = new Set<number>();
Deno.addSignalListener("SIGINT", () => {
  for (const pid of groups) kill(-pid, "SIGKILL");
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

/**
 * Runs a part, shows what it prints, with its name before each line if two run at once, adds up the counts in it, and
 * picks the lines that tell why it failed.
 */
async function run({ name, command, jobs, long }: Part): Promise<typeof totals & { success: boolean; why: string[] }> {
  const prefix = lanes.length > 1 ? `${name.padEnd(8)} | ` : "";
  progress.begin(name);
  const [program, ...rest] = jobs ? [...command, `--jobs=${cores - lanes.length + 1}`] : command;
  progress.print(`\n== ${name}: ${[program, ...rest].join(" ")}\n\n`);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const child = new Deno.Command(program === "deno" ? Deno.execPath() : program ?? "", {
    args: rest,
    cwd: root,
    env: long ? Object.fromEntries(environment) : shorter,
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    detached: true, // its own process group, so that all of it can be ended
  }).spawn();
  groups.add(child.pid);
  const end = () => kill(-child.pid, "SIGKILL");
  const failures = new Failures();
  let isSilent = false;
  const silence = () =>
    setTimeout(() => {
      isSilent = true;
      end();
    }, SILENCE);
  let timer = silence();
  const lines = new MuxAsyncIterator<string>();
  for (const stream of [child.stdout, child.stderr]) lines.add(linesOf(stream));
  for await (const line of lines) {
    clearTimeout(timer);
    timer = silence();
    progress.print(prefix + line);
    // deno-lint-ignore no-control-regex -- the colours of a terminal
    const plain = line.replaceAll(/\x1b\[[\d;]*m/g, "");
    progress.see(name, plain);
    failures.see(plain);
    count(plain, counts);
  }
  clearTimeout(timer);
  const { success } = await child.status;
  end();
  groups.delete(child.pid);
  const why = [...failures.lines(), ...(isSilent ? [`It was ended: it printed nothing for ${SILENCE / 1000} s`] : [])];
  return { success, ...counts, why };
}

/** Whole lines, with their newlines; the last may lack one. */
async function* linesOf(stream: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  let tail = "";
  for await (const chunk of stream.pipeThrough(new TextDecoderStream())) {
    const whole = (tail + chunk).split(/(?<=\n)/);
    tail = whole.at(-1)?.endsWith("\n") ? "" : whole.pop() ?? "";
    yield* whole;
  }
  if (tail !== "") yield tail;
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
