import { platform } from "../../ffi/mod.ts";
import { spawn, test } from "../runner/mod.ts";

/** The processors that the library has tables for. */
const ARCHS = ["x86_64", "aarch64"] as const;

/** A processor that the library has tables for. */
export type Arch = (typeof ARCHS)[number];

/** Registers one test for each processor; it is skipped by name if there is no compiler. */
export function testWithCompilers(name: string, fn: (compiler: string, arch: Arch) => Promise<void>): void {
  for (const arch of ARCHS) {
    const compiler = platform().arch === arch ? "cc" : `${arch}-linux-gnu-gcc` as const;
    test(`${name}, on ${arch}`, { needs: [compiler] }, () => fn(compiler, arch));
  }
}

/** The names of the asserts that do not hold, and of those that name something the headers lack. */
export interface Verdict {
  wrong: string[];
  unknown: string[];
}

/**
 * Lets a compiler check `_Static_assert`s, without running anything, so that it works for other processors.
 *
 * @param asserts C expressions by name.
 */
export async function judge(compiler: string, headers: string[], asserts: Map<string, string>): Promise<Verdict> {
  const names = [...asserts.keys()];
  const lines = [...asserts.values()].map((expression, i) => `_Static_assert(${expression}, "assert ${i}");`);
  const source = [
    "#define _GNU_SOURCE",
    ...headers.map((header) => `#include <${header}>`),
    "#line 1",
    ...lines,
  ].join("\n");
  await using program = spawn(compiler, ["-std=gnu11", "-fsyntax-only", "-fmax-errors=0", "-x", "c", "-"], {
    env: { LC_ALL: "C" },
  });
  program.write(source);
  program.closeInput();
  const { stderr } = await program.exit;
  const wrong = new Set<string>();
  const unknown = new Set<string>();
  for (const [, line, text] of stderr.matchAll(/^<stdin>:(\d+):\d+: (?:fatal )?error: (.*)$/gm)) {
    const name = names[Number(line) - 1] ?? "?";
    if (/^static assertion failed/.test(text ?? "")) wrong.add(name);
    else unknown.add(name);
  }
  if (/fatal error/.test(stderr)) throw new Error(stderr);
  // One undeclared name is reported once, and its assert then counts as unknown, not as right.
  return { wrong: [...wrong].filter((name) => !unknown.has(name)), unknown: [...unknown] };
}
