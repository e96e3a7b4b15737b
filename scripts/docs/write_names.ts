/**
 * Writes docs/names.md: every function, structure and class of C's sockets and of Python's `socket` module, and what it
 * is here, and every option. `--check` only checks that the file is up to date.
 *
 * @module
 */
import { writeOrCheck } from "../fill_marks.ts";
import { ROWS } from "./names.ts";
import { optionDocs, optionTable } from "./options.ts";

const HEAD = `# From C and Python to TypeScript

What you know by another name: search for it. Constants keep their C names: \`C.AF_INET\`, \`C.SOCK_STREAM\`, \`C.SOL_SOCKET\`,
\`C.MSG_PEEK\` of \`@berkeley/sockets/ffi\`.`;
const OPTIONS = `## Options by their C names

Typed options: \`conn.socket.get(NAME)\`, \`conn.socket.set(NAME, value)\`; by numbers it is \`getOption()\` and \`setOption()\`.`;
const TABLE = ["| C | Python's `socket` | here | for example |", "| --- | --- | --- | --- |"];

const sections = ROWS.map(({ section, c, python, ours, example, note = `\`${example}\`` }) => {
  const row = `| ${[code(c), code(python), places(ours), note.replaceAll("|", "\\|")].join(" | ")} |`;
  return section === undefined ? row : ["", `## ${section}`, "", ...TABLE, row].join("\n");
});
const options = Map.groupBy(await optionDocs(), ({ module }) => module);
const tables = [...options].map(([module, those]) => `### Of \`./${module}\`\n\n${optionTable(those)}`);
const end = "This page is written by `scripts/docs/write_names.ts`.\n";
writeOrCheck("docs/names.md", [HEAD, sections.join("\n").trim(), OPTIONS, ...tables, end].join("\n\n"));

function code(names: string): string {
  return names.split(", ").filter(Boolean).map((name) => `\`${name}\``).join(", ");
}

function places(ours: string): string {
  return ours.split(", ").filter(Boolean).map((place) => {
    const [module = "", name = ""] = place.split(": ");
    return `\`${name}\` of \`./${module}\``;
  }).join(", ");
}
