import { assertEquals, onDeno } from "../runner/mod.ts";

const denoTest = onDeno("the scripts are Deno programs");
const PROGRAM = `
console.log("running 2 tests from ./a_test.ts");
console.log("one ... ok (1ms)");
console.log("running 1 test from ./b_test.ts");
console.log("\\x1b[31mthree\\x1b[0m ... FAILED (1ms)");
Deno.exit(1);
`;
const LINES = [
  "running 2 tests from ./a_test.ts\n",
  "one ... ok (1ms)\n",
  "running 1 test from ./b_test.ts\n",
  "\x1b[31mthree\x1b[0m ... FAILED (1ms)\n",
];

for (const isBesideOthers of [true, false]) {
  const name = isBesideOthers ? "a test file's lines, together" : "each line";
  denoTest(
    `runCommand() shows ${name}, and tells that the command failed`,
    { needs: ["read", "run", "env"] },
    async () => {
      const { runCommand } = await import("../../scripts/run_command.ts"); // it needs Deno itself
      const seen: string[] = [];
      const shown: string[][] = [];
      const result = await runCommand(["deno", "eval", PROGRAM], {
        cwd: new URL(".", import.meta.url).pathname,
        env: {},
        see: (line) => void seen.push(line),
        show: (lines) => void shown.push([...lines]),
        isBesideOthers,
      });
      assertEquals(result, { success: false });
      assertEquals(seen.at(-1), "three ... FAILED (1ms)\n");
      assertEquals(shown, isBesideOthers ? [LINES.slice(0, 2), LINES.slice(2)] : LINES.map((line) => [line]));
    },
  );
}
