import { root } from "./npm_package.ts";

/**
 * Puts a generated table into README.md, between `<!-- name: … -->` and `<!-- /name -->`.
 *
 * @throws {Error} If the marks are not there.
 */
export function fillMarks(name: string, table: string): void {
  const path = `${root}README.md`;
  const text = Deno.readTextFileSync(path);
  const begin = text.match(new RegExp(`<!-- ${name}:[^>]*-->\n`));
  const start = (begin?.index ?? -1) + (begin?.[0].length ?? 0);
  const end = text.indexOf(`<!-- /${name} -->`);
  if (begin === null || end < start) throw new Error(`Cannot find the marks of the table ${name} in README.md`);
  Deno.writeTextFileSync(path, `${text.slice(0, start)}\n${table}\n\n${text.slice(end)}`);
}
