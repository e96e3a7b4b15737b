import { Failures } from "../../scripts/failures.ts";
import { assertEquals, test } from "../runner/mod.ts";

/** As `deno test` prints it, once for each of two folders. */
const DENO = `good ... ok (1ms)
bad ... FAILED (1ms)

 ERRORS 

bad => ./x_test.ts:2:6
error: Error: why
    at ./x_test.ts:2:32

 FAILURES 

bad => ./x_test.ts:2:6

FAILED | 1 passed | 1 failed (21ms)

later ... ok (1ms)
`;

function linesOf(output: string): string[] {
  const failures = new Failures();
  for (const line of output.split(/(?<=\n)/)) failures.see(line);
  return failures.lines();
}

test("Failures: what deno test lists, and nothing that it prints before or afterwards", () => {
  assertEquals(linesOf(DENO), [
    "bad => ./x_test.ts:2:6",
    "error: Error: why",
    "    at ./x_test.ts:2:32",
  ]);
});

test("Failures: what the runtimes' script lists, of each suite", () => {
  const list = (name: string) => ` ERRORS \n\n${name}\n\n${name} on Bun 1.4: 1 passed, 0 skipped, 1 failed, 1.0 s\n`;
  assertEquals(linesOf(list("rpc") + "a line\n" + list("unix")), ["rpc", "unix"]);
});

test("Failures: a part that died without a list leaves its last lines, and a long list its first", () => {
  const lines = Array.from({ length: 100 }, (_, i) => `line ${i}\n`).join("");
  assertEquals(linesOf(lines), Array.from({ length: 20 }, (_, i) => `line ${80 + i}`));
  const listed = linesOf(` ERRORS \n${lines}`);
  assertEquals([listed.length, listed[0], listed.at(-1)], [81, "line 0", "and 20 lines more, above"]);
});
