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
import { preferPython } from "./prefer_python.ts";
import { Progress } from "./progress.ts";
import { kill } from "./runtimes/run.ts";

interface Part {
  name: string;
  command: string[];
  /** The programs that it needs. */
  needs?: Tool[];
  /** Why it cannot run here, and what to do about it. */
  missing?: string | undefined;
  /** Whether load, fuzzing and kill tests run as long as the environment says (`RPC_*`): one part is enough. */
  long?: true;
  /** Whether it runs only if it is named, or with `--all`. */
  extra?: true;
}

const USAGE = `Usage: deno task test [PART...]

Runs every test, or only the parts named: deno, ffi, runtimes, wake, smc, netem, families; and bare, the tests as on a
machine that has no program to compare with.

  --all       all parts, bare too, and every suite on every runtime; fail where a part cannot run here, instead of
              skipping it
  -h, --help  show this`;

/** Milliseconds without any output after which a part is ended: more than any test or suite may take. */
const SILENCE = 660_000;

const args = parseArgs(Deno.args, { boolean: ["help", "all"], alias: { h: "help" }, unknown: checkArgument });
const root = new URL("..", import.meta.url).pathname;
const guest: Tool[] = ["qemu-system-x86_64", "xz", "cc"];
const parts: Part[] = [
  { name: "deno", command: ["deno", "test", "-A"], long: true },
  { name: "ffi", command: ["deno", "test", "--allow-ffi"] },
  {
    name: "runtimes",
    command: ["deno", "run", "-A", "scripts/runtimes/main.ts", ...(args.all ? ["--all"] : [])],
    missing: which("node") && which("npm") ? undefined : "needs node npm: apt-get install nodejs npm",
  },
  { name: "wake", command: ["deno", "run", "-A", "scripts/wake.ts"], needs: ["python3"] },
  { name: "smc", command: ["deno", "task", "-q", "test:smc"], needs: guest },
  { name: "netem", command: ["deno", "task", "-q", "test:netem"], needs: guest },
  { name: "families", command: ["deno", "task", "-q", "test:families"], needs: guest },
  { name: "bare", command: ["deno", "run", "-A", "scripts/bare.ts", "deno", "test", "-A"], extra: true },
];
const stranger = args._.find((name: unknown) => !parts.some((part) => part.name === name));
if (stranger !== undefined) fail(`there is no part ${stranger}`);
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const chosen = parts.filter(({ name, extra }) => args._.length > 0 ? args._.includes(name) : args.all || !extra);
preferPython();
const environment = Object.entries({
  ...Deno.env.toObject(),
  ...(Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" }),
});
const totals = { passed: 0, failed: 0, skipped: 0 };
/** How many tests were skipped for each set of missing programs, and their packages. */
const lacks = new Map<string, number>();
const packages = new Set<string>();
const lines: string[] = [];
const progress = new Progress(`${root}.cache/test_times.json`, chosen.map(({ name }) => name));
for (const part of chosen) {
  const missing = part.missing ?? whyNotWith(part.needs ?? []);
  if (missing !== undefined) {
    noteLack(missing, 0);
    lines.push(`${part.name}: ${args.all ? "FAILED" : "skipped"}, ${missing}`);
    if (args.all) totals.failed++;
    continue;
  }
  progress.begin(part.name);
  progress.print(`\n== ${part.name}: ${part.command.join(" ")}\n`);
  const started = performance.now();
  const { success, passed, failed, skipped } = await run(part);
  totals.passed += passed;
  totals.failed += Math.max(failed, success ? 0 : 1);
  totals.skipped += skipped;
  const seconds = (performance.now() - started) / 1000;
  if (success) progress.end(passed + skipped, seconds);
  const outcome = success ? "ok" : "FAILED";
  lines.push(
    `${part.name}: ${outcome}, ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds.toFixed(0)} s`,
  );
}
progress.print(`\n${lines.join("\n")}\n`);
if (lacks.size > 0) {
  const wants = [...lacks].map(([programs, count]) => `${count} for want of ${programs}`);
  console.log(`\nskipped here: ${wants.join(", ")}`);
  console.log(`all of these run after: apt-get install ${[...packages].join(" ")}`);
}
console.log(`\n${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
Deno.exit(totals.failed > 0 ? 1 : 0);

/** Runs a part, shows what it prints, and adds up the counts in it. */
async function run({ name, command, long }: Part): Promise<{ success: boolean } & typeof totals> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const [program, ...rest] = command;
  const child = new Deno.Command(program === "deno" ? Deno.execPath() : program ?? "", {
    args: rest,
    cwd: root,
    env: Object.fromEntries(environment.filter(([name]) => long || !name.startsWith("RPC_"))),
    clearEnv: true,
    stdin: "null",
    stdout: "piped",
    detached: true, // its own process group, so that all of it can be ended
  }).spawn();
  const end = () => kill(-child.pid, "SIGKILL");
  const interrupt = () => {
    end();
    Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", interrupt);
  let last = "";
  let isSilent = false;
  const silence = () =>
    setTimeout(() => {
      isSilent = true;
      end();
    }, SILENCE);
  let timer = silence();
  for await (const line of linesOf(child.stdout)) {
    clearTimeout(timer);
    timer = silence();
    progress.print(line);
    if (line.trim() !== "") last = line.trim();
    count(line, counts);
  }
  clearTimeout(timer);
  const { success } = await child.status;
  end();
  Deno.removeSignalListener("SIGINT", interrupt);
  if (isSilent) {
    progress.print(`${name} was ended: it printed nothing for ${SILENCE / 1000} s; its last line: ${last}\n`);
  }
  return { success, ...counts };
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
function count(line: string, counts: typeof totals): void {
  // deno-lint-ignore no-control-regex -- the colours of a terminal
  const plain = line.replaceAll(/\x1b\[[\d;]*m/g, "");
  progress.see(plain);
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
