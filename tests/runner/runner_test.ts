import { assertEquals, assertRejects, ignore, leakedDescriptors, openDescriptors, test } from "./mod.ts";

test("leakedDescriptors() names what a test left open", { needs: ["read"] }, async () => {
  const before = openDescriptors();
  if (before === undefined) throw new Error("/proc/self/fd cannot be read");
  const file = await Deno.open("/proc/self/status");
  const leaked = await leakedDescriptors(before);
  file.close();
  assertEquals(leaked.length, 1);
  assertEquals(await leakedDescriptors(before), []);
});

test("assertRejects() gives the error of an async function", async () => {
  const error = await assertRejects(() => Promise.reject(new RangeError("out of range")), RangeError);
  assertEquals(error.message, "out of range");
});

ignore("ignore() shows its reason", "this line is the proof");
