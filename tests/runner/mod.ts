/**
 * The thin test runner that lets one test file run on every runtime.
 *
 * {@linkcode test} registers a test and counts this process's descriptors around it: the runtimes' own sanitizers do
 * not see raw descriptors. {@linkcode ignore} skips by name, with the reason in the name.
 *
 * Tests and their helpers name no runtime: they use {@linkcode spawn}, {@linkcode tempDir} and {@linkcode which} from
 * here, and modules such as `node:fs`, which every runtime has. They do not use what Node 22 lacks
 * (`Uint8Array.prototype.toHex`).
 *
 * @module
 */
export { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects, assertThrows } from "./asserts.ts";
export { leakedDescriptors, openDescriptors } from "./descriptors.ts";
export { environment, isRoot } from "./environment.ts";
export { freePort } from "./free_port.ts";
export { fromHex, hex } from "./hex.ts";
export { isRingRefused } from "./io_uring.ts";
export { type Exit, type Program, spawn, type SpawnOptions } from "./spawn.ts";
export { spawnFile } from "./spawn_file.ts";
export { spawnScript } from "./spawn_script.ts";
export { type TempDir, tempDir } from "./temp_dir.ts";
export { ignore, type Need, onDeno, type Permission, test, type TestOptions } from "./test_case.ts";
export { runFile, thisRuntime } from "./this_runtime.ts";
export type { Tool } from "./tools.ts";
export { which } from "./which.ts";
