import { rm } from "node:fs/promises";
import { root } from "../npm_package.ts";
import { parseJunit, type TestResult } from "./junit.ts";
import { run } from "./run.ts";
import { cache, type Runtime } from "./runtime.ts";
import type { Suite } from "./suites.ts";

/** Milliseconds for one suite on one runtime. */
const SUITE_TIMEOUT = 900_000;

/** Milliseconds for one test file; each test has its own limit, which is less. */
const FILE_TIMEOUT = 300_000;

/** The result of a suite on a runtime. */
export interface SuiteResult {
  tests: TestResult[];
  /** Milliseconds that it took. */
  duration: number;
  /** The runtime's output, if it failed. */
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
  return success && tests.length > 0 ? { tests, duration } : { tests, duration, failure: stdout + stderr };
}

/** How many tests passed, were skipped and failed, and how long they took. */
export function countsOf({ tests, duration }: SuiteResult): string {
  const counts = ["passed", "skipped", "failed"].map((outcome) => {
    return `${tests.filter((test) => test.outcome === outcome).length} ${outcome}`;
  });
  return `${counts.join(", ")}, ${(duration / 1000).toFixed(1)} s`;
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
