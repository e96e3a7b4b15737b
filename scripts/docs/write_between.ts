/**
 * Writes lines into a document between `<!-- NAME: … -->` and `<!-- /NAME -->`. With `--check` among the program's
 * arguments, ends the program with 1 if they differ from what is there.
 */
export function writeBetween(file: string, name: string, lines: readonly string[]): void {
  const path = new URL(`../../${file}`, import.meta.url);
  const text = Deno.readTextFileSync(path);
  const begin = text.match(new RegExp(`<!-- ${name}: [^\\n]*-->\\n`));
  const end = text.indexOf(`<!-- /${name} -->`);
  if (begin?.index === undefined || end < 0) throw new Error(`${file} has no place for ${name}`);
  const from = begin.index + begin[0].length;
  if (!Deno.args.includes("--check")) {
    Deno.writeTextFileSync(path, `${text.slice(0, from)}\n${lines.join("\n")}\n\n${text.slice(end)}`);
  } else if (squeezed(text.slice(from, end)) !== squeezed(lines.join("\n"))) {
    console.error(`${file} is out of date: ${name}`);
    Deno.exit(1);
  }
}

/** Without what the formatter adds. */
export function squeezed(text: string): string {
  return text.trim().replaceAll(/[ -]+/g, " ");
}
