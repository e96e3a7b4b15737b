import { root } from "./npm_package.ts";

/**
 * Puts generated text into a document, between `<!-- name: … -->` and `<!-- /name -->`.
 *
 * @throws {Error} If there are no marks.
 */
export function fillMarks(file: string, name: string, text: string): void {
  const document = Deno.readTextFileSync(`${root}${file}`);
  const begin = document.match(new RegExp(`<!-- ${name}:[^>]*-->\n`));
  const start = (begin?.index ?? -1) + (begin?.[0].length ?? 0);
  const end = document.indexOf(`<!-- /${name} -->`);
  if (begin === null || end < start) throw new Error(`Cannot find the marks of ${name} in ${file}`);
  writeOrCheck(file, `${document.slice(0, start)}\n${text}\n\n${document.slice(end)}`);
}

/**
 * Writes a generated document. With `--check` among the program's arguments, only tells whether it is already as it would
 * be written, but for what the formatter does to tables: if not, the program ends with 1.
 */
export function writeOrCheck(file: string, text: string): void {
  if (!Deno.args.includes("--check")) {
    Deno.writeTextFileSync(`${root}${file}`, text);
  } else if (squeezed(Deno.readTextFileSync(`${root}${file}`)) !== squeezed(text)) {
    console.error(`${file} is out of date: deno task docs --write`);
    Deno.exitCode = 1;
  }
}

/** Without what the formatter adds, and the version at the end. */
function squeezed(text: string): string {
  return text.replace(/<sub>.*<\/sub>\n$/, "").trim().replaceAll(/[ -]+/g, " ").replaceAll(/\n\n+/g, "\n");
}
