/**
 * The thin runner under every test, so that one test file runs on each runtime.
 *
 * {@linkcode test} registers a test and counts this process's descriptors around it: no runtime's own
 * sanitizer sees a raw fd. {@linkcode ignore} skips by name, with the reason in the name.
 *
 * Tests and their helpers name no runtime: {@linkcode spawn}, {@linkcode tempDir} and {@linkcode which} are here, and
 * `node:fs` and its siblings are on every runtime. What Node 22 lacks (`Uint8Array.prototype.toHex`)
 * is not used.
 *
 * @module
 */
export { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects, assertThrows } from "./asserts.ts";
export { leakedDescriptors, openDescriptors } from "./descriptors.ts";
export { environment, isRoot } from "./environment.ts";
export { fromHex, hex } from "./hex.ts";
export { type Exit, type Program, spawn, type SpawnOptions } from "./spawn.ts";
export { spawnFile } from "./spawn_file.ts";
export { spawnScript } from "./spawn_script.ts";
export { type TempDir, tempDir } from "./temp_dir.ts";
export { ignore, type Need, onDeno, type Permission, test, type TestOptions } from "./test_case.ts";
export { runFile, thisRuntime } from "./this_runtime.ts";
export type { Tool } from "./tools.ts";
export { which } from "./which.ts";
