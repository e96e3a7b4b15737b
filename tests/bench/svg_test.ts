import { drawSvg } from "../../bench/svg.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { exampleResult } from "./results.ts";

test("drawSvg() draws each bar in proportion to the greatest value", () => {
  const widths = [...drawSvg([exampleResult()], "").matchAll(/width="(\d+)" height="15"/g)].map(([, width]) =>
    Number(width)
  );
  assertEquals(widths.length, 2);
  assertEquals((widths[0] ?? 0) / (widths[1] ?? 1), 430 / 143);
});

test("drawSvg() says how ours compares with a peer and whether a target is reached", () => {
  const svg = drawSvg([exampleResult()], "the machine");
  for (
    const words of [
      "the machine",
      "15,000  (ours is 3.00 ×)",
      "✓ ours ≥ 2.5 × deno",
      "✗ ours ≥ 4 × deno",
      "not measured",
    ]
  ) {
    assert(svg.includes(words), `"${words}" is not in the picture`);
  }
});

test("drawSvg() gives XML that another parser takes", { needs: ["python3"] }, async () => {
  const parse = "import sys, xml.etree.ElementTree as e; print(''.join(e.fromstring(sys.stdin.read()).itertext()))";
  const text = await runProgram("python3", ["-c", parse], drawSvg([exampleResult()], "a < b & c"));
  assert(text.includes("a < b & c") && text.includes("Echo <64 B> & back"), text);
});
