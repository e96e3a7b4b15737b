/**
 * Runs the suites with musl instead of glibc: on Bun for musl from npm, with Debian's musl. Bun needs a C++ library,
 * which Debian has only for glibc; `lent.c` provides the glibc functions that it needs.
 *
 * @module
 */
import { rm } from "node:fs/promises";
import { installMissing, unpackNpm } from "../guest/packages.ts";
import { root } from "../npm_package.ts";
import { COMPANIONS, compileTests } from "../runtimes/compile_tests.ts";
import { makeProject } from "../runtimes/project.ts";
import { type TestResult, unknownTests } from "../runtimes/junit.ts";
import { mustRun } from "../runtimes/run.ts";
import { report, runSuite } from "../runtimes/run_suite.ts";
import { BUN, cache, type Runtime } from "../runtimes/runtime.ts";
import { suites } from "../runtimes/suites.ts";

const LOADER = "/lib/ld-musl-x86_64.so.1";
const OTHER_ANSWERS = "musl's resolver answers differently from glibc's, which Python has";
const ROOM = "musl's sendmsg(2) takes 1,024 bytes of ancillary data: 252 descriptors";
/** The tests that cannot run with musl, and why. */
const SKIPPED = {
  "gethostbyname() and gethostbyaddr() answer as Python's do": OTHER_ANSWERS,
  "getservbyname() and getservbyport() answer as Python's do": OTHER_ANSWERS,
  "getaddrinfo() and gethostbyname() answer as Python's do, for a list of hosts files": OTHER_ANSWERS,
  "getaddrinfo() answers as Python's does for 2,000 mixtures of odd hosts, services and hints": OTHER_ANSWERS,
  "getaddrinfo() answers as Python's does, for hints and odd inputs": OTHER_ANSWERS,
  "lookupAddrinfo() returns what Python's getaddrinfo() returns": OTHER_ANSWERS,
  "getnameinfo() and getservbyport() keep to their options": OTHER_ANSWERS,
  ...Object.fromEntries(["stream", "seqpacket", "datagram"].flatMap((type) => [
    [`${type}: 253 descriptors go at once, 254 are refused`, ROOM],
    [`${type}: 253 descriptors where 252 are expected are closed, all of them`, ROOM],
  ])),
};

if (Deno.args.length > 0) {
  console.log("Usage: deno task test:musl\n\nRuns the suites on Bun for musl.");
  Deno.exit(Deno.args.includes("--help") ? 0 : 2);
}
await installMissing({ "musl-gcc": "musl-tools", cc: "gcc libc6-dev" });
const [runtime] = await Promise.all([
  bunForMusl(),
  mustRun([Deno.execPath(), "run", "-A", `${root}scripts/build_npm.ts`], { timeout: 300_000 }),
]);
const project = await makeProject();
for (const folder of ["tests", ...COMPANIONS]) await compileTests(project, folder);
Deno.env.set("SKIP_TESTS", JSON.stringify(SKIPPED));
Deno.env.set("TEST_RUNTIME", JSON.stringify(runtime.command));
let failed = 0;
const results: TestResult[] = [];
for (const suite of suites()) {
  const result = await runSuite(runtime, project, suite);
  results.push(...result.tests);
  report(`${suite.name} on ${runtime.name}`, result);
  if (result.failure !== undefined) failed++;
}
const unknown = unknownTests(SKIPPED, results);
if (unknown.length > 0) console.error(`There are no such tests to skip: ${unknown.join("; ")}`);
Deno.exit(failed + unknown.length > 0 ? 1 : 0);

async function bunForMusl(): Promise<Runtime> {
  const folder = `${cache}bun-${BUN}-musl/`;
  await unpackNpm(`@oven/bun-linux-x64-musl@${BUN}`, folder);
  for (const name of ["libstdc++.so.6", "libgcc_s.so.1"]) {
    const file = (await mustRun(["cc", `-print-file-name=${name}`])).trim();
    await rm(folder + name, { force: true });
    await Deno.symlink(file, folder + name);
  }
  const lent = `${folder}lent.so`;
  await mustRun(["musl-gcc", "-O1", "-fPIC", "-shared", `${root}scripts/musl/lent.c`, "-o", lent]);
  // The C++ library names glibc's loader, but uses nothing of it.
  await mustRun(["musl-gcc", "-shared", "-x", "c", "/dev/null", "-o", `${folder}ld-linux-x86-64.so.2`]);
  const command = [LOADER, "--library-path", folder, "--preload", lent, `${folder}bin/bun`];
  return { name: `Bun ${BUN}, bun:ffi, musl`, kind: "bun", command };
}
