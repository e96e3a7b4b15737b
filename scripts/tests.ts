/**
 * Runs every test: on this runtime, with `--allow-ffi` alone, as the npm package on the other runtimes, and in guests
 * whose kernel has SMC and every other family, and can make a network bad. Ends in one summary; a part that this machine cannot run is named with
 * what changes that.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";

interface Part {
  name: string;
  command: string[];
  /** Why it cannot run here, and what changes that. */
  missing?: string | undefined;
  /** Whether load, fuzzing and killing are as long as the environment says (`RPC_*`): once is enough. */
  long?: true;
}

const USAGE = `Usage: deno task test [PART...]

Runs every test, or only the parts named: deno, ffi, runtimes, smc, netem, families.

  --all       fail where a part cannot run here, instead of skipping it
  -h, --help  show this`;

const args = parseArgs(Deno.args, { boolean: ["help", "all"], alias: { h: "help" }, unknown: checkArgument });
const root = new URL("..", import.meta.url).pathname;
const noGuest = has("qemu-system-x86_64")
  ? undefined
  : "qemu is missing; to install it and run them: deno task test:smc";
const parts: Part[] = [
  { name: "deno", command: ["deno", "test", "-A", "tests"], long: true },
  { name: "ffi", command: ["deno", "test", "--no-prompt", "--allow-ffi", "tests"] },
  {
    name: "runtimes",
    command: ["deno", "run", "-A", "scripts/runtimes/main.ts"],
    missing: has("node") && has("npm") ? undefined : "node or npm is missing: apt-get install nodejs npm",
  },
  { name: "smc", command: ["deno", "task", "-q", "test:smc"], missing: noGuest },
  { name: "netem", command: ["deno", "task", "-q", "test:netem"], missing: noGuest },
  { name: "families", command: ["deno", "task", "-q", "test:families"], missing: noGuest },
];
const chosen = args._.length === 0 ? parts : parts.filter(({ name }) => args._.includes(name));

const stranger = args._.find((name: unknown) => !parts.some((part) => part.name === name));
if (stranger !== undefined) fail(`there is no part ${stranger}`);
if (args.help) {
  console.log(USAGE);
  Deno.exit(0);
}
const environment = Object.entries({ ...Deno.env.toObject(), ...(Deno.stdout.isTerminal() ? {} : { NO_COLOR: "1" }) });
const totals = { passed: 0, failed: 0, skipped: 0 };
const lines: string[] = [];
for (const part of chosen) {
  if (part.missing !== undefined) {
    lines.push(`${part.name}: ${args.all ? "FAILED" : "skipped"}, ${part.missing}`);
    if (args.all) totals.failed++;
    continue;
  }
  console.log(`\n== ${part.name}: ${part.command.join(" ")}`);
  const started = performance.now();
  const { success, passed, failed, skipped } = await run(part);
  totals.passed += passed;
  totals.failed += Math.max(failed, success ? 0 : 1);
  totals.skipped += skipped;
  const seconds = ((performance.now() - started) / 1000).toFixed(0);
  lines.push(
    `${part.name}: ${
      success ? "ok" : "FAILED"
    }, ${passed} passed, ${failed} failed, ${skipped} skipped in ${seconds} s`,
  );
}
console.log(`\n${lines.join("\n")}\n`);
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
Deno.exit(totals.failed > 0 ? 1 : 0);

/** Runs a part, shows what it prints, and adds up the counts in it. */
async function run({ command, long }: Part): Promise<{ success: boolean } & typeof totals> {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const [program, ...rest] = command;
  const child = new Deno.Command(program === "deno" ? Deno.execPath() : program ?? "", {
    args: rest,
    cwd: root,
    env: Object.fromEntries(environment.filter(([name]) => long || !name.startsWith("RPC_"))),
    clearEnv: true,
    stdout: "piped",
  }).spawn();
  let tail = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    await Deno.stdout.write(chunk);
    tail += decoder.decode(chunk, { stream: true });
    const end = tail.lastIndexOf("\n") + 1;
    for (const line of tail.slice(0, end).split("\n")) count(line, counts);
    tail = tail.slice(end);
  }
  return { success: (await child.status).success, ...counts };
}

/** Deno says `ok | 3 passed | 1 failed | 2 ignored (1s)`; the runtimes' script says `…: 3 passed, 2 skipped, 1 failed, 1 s`. */
function count(line: string, counts: typeof totals): void {
  // deno-lint-ignore no-control-regex -- the colours of a terminal
  const plain = line.replaceAll(/\x1b\[[\d;]*m/g, "");
  if (!/^(?:ok|FAILED) \|| on .*: \d+ passed/.test(plain)) return;
  const number = (pattern: RegExp) => Number(plain.match(pattern)?.[1] ?? 0);
  counts.passed += number(/(\d+) passed/);
  counts.failed += number(/(\d+) failed/);
  counts.skipped += number(/(\d+) (?:ignored|skipped)/);
}

function has(program: string): boolean {
  return (Deno.env.get("PATH") ?? "").split(":").some((folder) => {
    try {
      return Deno.statSync(`${folder}/${program}`).isFile;
    } catch {
      return false;
    }
  });
}

function checkArgument(argument: string, option?: string): boolean {
  if (option !== undefined) fail(`there is no option ${argument}`);
  return true;
}

function fail(reason: string): never {
  console.error(`Cannot test: ${reason}\n\n${USAGE}`);
  Deno.exit(2);
}
