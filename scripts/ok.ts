/**
 * All the checks: formatting, style and import rules, types, documentation and its examples, what JSR accepts, and the
 * tests. `--no-test` skips the tests.
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";

const args = parseArgs(Deno.args, {
  boolean: ["test", "help"],
  negatable: ["test"],
  default: { test: true },
  unknown: refuse,
});
if (args.help) {
  console.log("Usage: deno task ok [--no-test]\n\nRuns every check; --no-test leaves the tests out.");
  Deno.exit(0);
}
const checks: [name: string, command: string[]][] = [
  ["formatting", ["run", "-A", "npm:dprint@0.50.2", "check"]],
  ["style and import rules", ["task", "-q", "lint"]],
  ["types", ["task", "-q", "check"]],
  ["documentation", ["task", "-q", "docs"]],
  ["workflows", ["run", "-A", "scripts/check_workflows.ts"]],
  ["JSR", ["publish", "--dry-run", "--allow-dirty", "--quiet"]],
  ["tests", ["task", "-q", "test"]],
];
const kept = args.test ? checks : checks.slice(0, -1);
const broken: string[] = [];
for (const [name, args] of kept) {
  console.log(`\n== ${name}: deno ${args.join(" ")}`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("..", import.meta.url).pathname,
  }).spawn().status;
  if (!success) broken.push(name);
}
console.log(broken.length === 0 ? `\nok: ${kept.length} checks pass` : `\nbroken: ${broken.join(", ")}`);
Deno.exit(broken.length);

function refuse(argument: string): never {
  console.error(`Cannot check with ${argument}: see deno task ok --help`);
  Deno.exit(2);
}
