import { assertEquals, assertRejects, test } from "../runner/mod.ts";
import { compileC } from "./c_program.ts";
import { runProgram } from "./run_program.ts";

const ECHO = `#include <stdio.h>
int main(void) { int c; while ((c = getchar()) != EOF) putchar(c); return 0; }
`;

test("compileC() compiles a source once", { needs: ["write", "cc"] }, async () => {
  const program = await compileC(ECHO);
  assertEquals(await compileC(ECHO), program);
  const input = "x".repeat(1_000_000); // more than the pipes hold, both ways
  assertEquals(await runProgram(program, [], input), input);
});

test("compileC() fails on a warning", { needs: ["write", "cc"] }, async () => {
  await assertRejects(() => compileC("int main(void) { int unused; return 0; }"), Error, "unused");
});

test("runProgram() fails with the exit code and the standard error", { needs: ["run"] }, async () => {
  const args = ["-c", "echo told >&2; exit 3"];
  await assertRejects(() => runProgram("sh", args, "x".repeat(1_000_000)), Error, "exited with 3: told");
});
