import { run, say } from "./run.ts";

/**
 * Compiles every C program of `from` into `to`, statically, where its source or a header is newer; what a program preloads
 * (`*_preload.c`), as a shared library.
 */
export async function compilePeers(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  const names = Array.from(Deno.readDirSync(from), ({ name }) => name);
  const headers = await Promise.all(
    names.filter((name) => name.endsWith(".h")).map((name) => changed(`${from}/${name}`)),
  );
  for (const name of names) {
    if (!name.endsWith(".c")) continue;
    const isPreloaded = name.endsWith("_preload.c");
    const [source, program] = [`${from}/${name}`, `${to}/${name.slice(0, -2)}${isPreloaded ? ".so" : ""}`];
    if (await changed(program) >= Math.max(await changed(source), ...headers)) continue;
    say(`compiling ${name}`);
    await run("cc", [...isPreloaded ? ["-shared", "-fPIC"] : ["-static"], "-O2", "-o", program, source]);
  }
}

/** When a file was last changed, in milliseconds; -Infinity if there is none. */
async function changed(path: string): Promise<number> {
  return Number((await Deno.stat(path).catch(() => undefined))?.mtime ?? -Infinity);
}
