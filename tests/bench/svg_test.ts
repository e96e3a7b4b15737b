import { drawSvg } from "../../bench/svg.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { exampleResult } from "./results.ts";

test("drawSvg() draws ours against each peer, better to the right of the line at 1 and worse to the left", () => {
  const faster = exampleResult();
  const slower = { ...faster, row: { ...faster.row, better: "lower" as const } };
  const [right, left] = [faster, slower].map((result) => {
    const svg = drawSvg([result], "");
    const line = Number(svg.match(/class="line" d="M(\d+) /)?.[1]);
    const [, x = 0, width = 0] = (svg.match(/x="(\d+)" y="\d+" width="(\d+)" height="15"/) ?? []).map(Number);
    return { begin: x - line, width };
  });
  assertEquals(right, { begin: 0, width: 95 }); // log2(3) doublings of 60
  assertEquals(left, { begin: -95, width: 95 });
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

test("drawSvg() writes XML that another parser accepts", { needs: ["python3"] }, async () => {
  const parse = "import sys, xml.etree.ElementTree as e; print(''.join(e.fromstring(sys.stdin.read()).itertext()))";
  const text = await runProgram("python3", ["-c", parse], drawSvg([exampleResult()], "a < b & c"));
  assert(text.includes("a < b & c") && text.includes("Echo <64 B> & back"), text);
});
