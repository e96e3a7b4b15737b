/**
 * Writes what the pages of families have from the source: the first example of a module, and the table of its options; and
 * into README.md, the families that have a module. `--check` only checks that they are up to date.
 *
 * @module
 */
import { C, type ConstantName } from "@berkeley/sockets/ffi";
import { fillMarks } from "../fill_marks.ts";
import { root } from "../npm_package.ts";
import { optionDocs, optionTable } from "./options.ts";

const folder = "docs/families";
const options = await optionDocs();
for (const { name } of Deno.readDirSync(root + folder)) {
  const page = `${folder}/${name}`;
  const text = Deno.readTextFileSync(root + page);
  const source = text.match(/<!-- example: the first of ([\w./]+),/)?.[1];
  if (source !== undefined) fillMarks(page, "example", exampleOf(source));
  const files = text.match(/<!-- options: of ([\w./, ]+), written/)?.[1]?.split(", ");
  if (files === undefined) continue;
  fillMarks(page, "options", optionTable(options.filter(({ file }) => files.includes(file))));
}
const overview = Deno.readTextFileSync(`${root}docs/families.md`);
const byName = overview.slice(overview.indexOf("## By name")).match(/(?:^\|.*\n)+/m)?.[0] ?? "";
for (const [, name = "", number] of byName.matchAll(/`((?:AF|IPPROTO)_\w+)` (\d+)/g)) {
  const value = C[name as ConstantName];
  if (value !== Number(number)) throw new Error(`docs/families.md has ${name} ${number}: it is ${value}`);
}
fillMarks("README.md", "families", byName.replaceAll("](", "](docs/").replaceAll("docs/../", "").trim());

/** The first example of a source file, as a block of Markdown. */
function exampleOf(file: string): string {
  const lines = Deno.readTextFileSync(root + file).split("\n");
  const begin = lines.findIndex((line) => line.trim() === "* ```ts");
  const end = lines.findIndex((line, i) => i > begin && line.trim() === "* ```");
  if (begin < 0 || end < 0) throw new Error(`${file} has no example`);
  return lines.slice(begin, end + 1).map((line) => line.replace(/^ *\* ?/, "")).join("\n");
}
