import * as esbuild from "esbuild";
import { entryPoints, packageFields, root } from "../npm_package.ts";
import { fillMarks } from "../fill_marks.ts";

/** The most that one pure function may take, in bytes. */
const LIMIT = 2000;

/**
 * Measures the minified size of each entry point, and of one pure function.
 *
 * @param writes Whether to write the table into docs/runtimes.md.
 * @returns What is too large, if anything is.
 */
export async function writeSizes(writes: boolean): Promise<string | undefined> {
  const rows = await Promise.all(entryPoints.map(async ([name, file]) => {
    const size = await sizeOf(`export * from "./npm/${file.replace(/\.ts$/, ".js")}";`);
    return `| \`${packageFields.name}${name.slice(1)}\` | ${(size / 1000).toFixed(1)} kB |`;
  }));
  const one = await sizeOf('import { parseIpv4 } from "./npm/inet/mod.js"; console.log(parseIpv4("127.0.0.1"));');
  await esbuild.stop();
  const table = ["| entry point | minified |", "| --- | --- |", ...rows].join("\n");
  console.log(table);
  console.log(`parseIpv4 alone: ${one} bytes`);
  if (writes) fillMarks("docs/runtimes.md", "sizes", table);
  return one > LIMIT ? `parseIpv4 alone costs ${one} bytes: ${LIMIT} are allowed` : undefined;
}

async function sizeOf(contents: string): Promise<number> {
  const { outputFiles } = await esbuild.build({
    stdin: { contents, resolveDir: root },
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    external: ["node:*"],
  });
  return outputFiles[0]?.contents.length ?? 0;
}
