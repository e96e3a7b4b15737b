/**
 * The thin runner under every test, so that one test file runs on each runtime.
 *
 * {@linkcode test} registers a test and counts this process's descriptors around it: no runtime's own
 * sanitizer sees a raw fd. {@linkcode ignore} skips by name, with the reason in the name.
 *
 * @module
 */
export { assert, assertEquals, assertInstanceOf, assertMatch, assertRejects, assertThrows } from "./asserts.ts";
export { leakedDescriptors, openDescriptors } from "./descriptors.ts";
export { ignore, test, type TestOptions } from "./test_case.ts";
