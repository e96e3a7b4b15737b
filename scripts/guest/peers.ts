import { run, say } from "./run.ts";

/** Compiles every C program of `from` into `to`, statically, where its source is newer. */
export async function compilePeers(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name } of Deno.readDir(from)) {
    if (!name.endsWith(".c")) continue;
    const [source, program] = [`${from}/${name}`, `${to}/${name.slice(0, -2)}`];
    const [written, built] = [await Deno.stat(source), await Deno.stat(program).catch(() => undefined)];
    if (built !== undefined && Number(built.mtime) >= Number(written.mtime)) continue;
    say(`compiling ${name}`);
    await run("cc", ["-static", "-O2", "-o", program, source]);
  }
}
