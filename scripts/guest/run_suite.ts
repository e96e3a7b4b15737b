/**
 * Runs test files on Node and Bun, from the npm package, in a guest that was booted with `--runtimes`.
 *
 * ```text
 * deno run -A scripts/guest/run_suite.ts tests/alg tests/can
 * ```
 *
 * @module
 */
import { report, runSuite } from "../runtimes/run_suite.ts";
import { cache, type Runtime } from "../runtimes/runtime.ts";
import { suites } from "../runtimes/suites.ts";

/** One for each way to call C. */
const RUNTIMES: Runtime[] = [
  { name: "Node, koffi", kind: "node", command: ["node"] },
  { name: "Node, node:ffi", kind: "node", command: ["node26", "--disable-warning=ExperimentalWarning"] },
  { name: "Bun, bun:ffi", kind: "bun", command: ["bun"] },
];

const files = suites().flatMap((suite) => suite.files)
  .filter((file) => Deno.args.some((path) => file.startsWith(path)));
await Deno.mkdir(cache, { recursive: true });
let failed = false;
for (const runtime of RUNTIMES) {
  const result = await runSuite(runtime, "/project/", { name: "guest", files, isLong: false });
  report(`${Deno.args.join(" ")} on ${runtime.name}`, result);
  // Skipped means here that the kernel lacks the family.
  for (const { name, outcome } of result.tests) if (outcome === "skipped") console.log(`  ${name}`);
  failed ||= result.failure !== undefined;
}
Deno.exit(failed ? 1 : 0);
