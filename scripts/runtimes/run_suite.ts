import { rm } from "node:fs/promises";
import { root } from "../npm_package.ts";
import { parseJunit, type TestResult } from "./junit.ts";
import { run } from "./run.ts";
import { cache, type Runtime } from "./runtime.ts";
import type { Suite } from "./suites.ts";

/** Milliseconds for one suite on one runtime: beside other work, the longest take a multiple of their minutes. */
export const SUITE_TIMEOUT = 1_500_000;

/** Milliseconds for one test file; each test has its own limit, which is less. */
const FILE_TIMEOUT = 300_000;

/** The result of a suite on a runtime. */
export interface SuiteResult {
  tests: TestResult[];
  /** Milliseconds that it took. */
  duration: number;
  /** Why it failed: the tests that did, or the end of the runtime's output. */
  failure?: string;
}

/** Runs a suite on a runtime: on Deno its sources, elsewhere the JavaScript that was compiled from them. */
export async function runSuite(runtime: Runtime, project: string, { name, files }: Suite): Promise<SuiteResult> {
  const junit = `${cache}${name}_${runtime.name.replaceAll(/\W+/g, "_")}.xml`;
  await rm(junit, { force: true });
  const begin = performance.now();
  const command = commandOf(runtime, files, junit);
  const { success, stdout, stderr } = await run(command, {
    cwd: runtime.kind === "deno" ? root : project,
    timeout: SUITE_TIMEOUT,
    // Other suites run at the same time: only Deno sends the million messages.
    env: { NO_COLOR: "1", BULK_MESSAGES: "200000" },
  });
  const tests = parseJunit(await Deno.readTextFile(junit).catch(() => ""));
  const duration = performance.now() - begin;
  if (success && tests.length > 0) return { tests, duration };
  const failed = tests.filter(({ outcome }) => outcome === "failed");
  const failure = failed.length > 0
    ? failed.map(({ name, failure = "" }) => [name, ...linesOf(failure).slice(0, 20)].join("\n")).join("\n\n")
    : linesOf(stdout + stderr).slice(-40).join("\n");
  return { tests, duration, failure };
}

/** Prints what failed, as `deno test` does, and the counts. */
export function report(what: string, result: SuiteResult): void {
  if (result.failure !== undefined) console.log(`\n ERRORS \n\n${what}:\n${result.failure}\n`);
  console.log(`${what}: ${countsOf(result)}`);
}

/** How many tests passed, were skipped and failed, and how long they took. */
function countsOf({ tests, duration }: SuiteResult): string {
  const counts = ["passed", "skipped", "failed"].map((outcome) => {
    return `${tests.filter((test) => test.outcome === outcome).length} ${outcome}`;
  });
  return `${counts.join(", ")}, ${(duration / 1000).toFixed(1)} s`;
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

function commandOf({ kind, command }: Runtime, files: string[], junit: string): string[] {
  const compiled = files.map((file) => `./${file.replace(/\.ts$/, ".js")}`);
  switch (kind) {
    case "deno":
      return [...command, "test", "-A", "-q", "--no-check", `--junit-path=${junit}`, ...files];
    case "bun":
      return [...command, "test", "--timeout=300000", "--reporter=junit", `--reporter-outfile=${junit}`, ...compiled];
    case "node": {
      const reporters = ["junit", "spec"].flatMap((name, i) => [
        `--test-reporter=${name}`,
        `--test-reporter-destination=${i === 0 ? junit : "stdout"}`,
      ]);
      return [...command, "--test", `--test-timeout=${FILE_TIMEOUT}`, ...reporters, ...compiled];
    }
  }
}
