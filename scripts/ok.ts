/**
 * All the laws: formatting, style and arrows, types, documentation and its examples, what JSR takes, and the tests.
 * `--no-test` leaves the tests out.
 *
 * @module
 */
const laws: [name: string, command: string[]][] = [
  ["formatting", ["run", "-A", "npm:dprint@0.50.2", "check"]],
  ["style and arrows", ["task", "-q", "lint"]],
  ["types", ["task", "-q", "check"]],
  ["documentation", ["task", "-q", "docs"]],
  ["JSR", ["publish", "--dry-run", "--allow-dirty", "--quiet"]],
  ["tests", ["task", "-q", "test"]],
];
const kept = Deno.args.includes("--no-test") ? laws.slice(0, -1) : laws;
const broken: string[] = [];
for (const [name, args] of kept) {
  console.log(`\n== ${name}: deno ${args.join(" ")}`);
  const { success } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: new URL("..", import.meta.url).pathname,
  }).spawn().status;
  if (!success) broken.push(name);
}
console.log(broken.length === 0 ? `\nok: ${kept.length} laws hold` : `\nbroken: ${broken.join(", ")}`);
Deno.exit(broken.length);
