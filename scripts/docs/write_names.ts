/**
 * Writes docs/names.md: every function, structure and class of C's sockets and of Python's `socket` module, and what it
 * is here. `--check` only tells whether the file is as it would be written.
 *
 * @module
 */
import { ROWS } from "./names.ts";
import { squeezed } from "./write_between.ts";

const path = new URL("../../docs/names.md", import.meta.url);
const HEAD = `# From C and Python to TypeScript

What you know by another name. Look for it by your browser's search; constants keep their C names: \`C.AF_INET\`,
\`C.SOCK_STREAM\`, \`C.SO_REUSEADDR\`, \`C.MSG_PEEK\` of \`@berkeley/sockets/ffi\`, and typed options such as \`SO_RCVBUF\` in the
module of their level.

`;

const table = [
  "| C | Python's `socket` | here | for example |",
  "| --- | --- | --- | --- |",
  ...ROWS.map(({ c, python, ours, example, note = `\`${example}\`` }) => {
    return `| ${[code(c), code(python), places(ours), note.replaceAll("|", "\\|")].join(" | ")} |`;
  }),
].join("\n");

const text = `${HEAD}${table}\n\nThis table is written by \`scripts/docs/write_names.ts\`.\n`;
if (!Deno.args.includes("--check")) {
  Deno.writeTextFileSync(path, text);
} else if (squeezed(Deno.readTextFileSync(path)) !== squeezed(text)) {
  console.error("docs/names.md is out of date: deno run -A scripts/docs/write_names.ts");
  Deno.exit(1);
}

function code(names: string): string {
  return names.split(", ").filter(Boolean).map((name) => `\`${name}\``).join(", ");
}

function places(ours: string): string {
  return ours.split(", ").filter(Boolean).map((place) => {
    const [module = "", name = ""] = place.split(": ");
    return `\`${name}\` of \`./${module}\``;
  }).join(", ");
}
