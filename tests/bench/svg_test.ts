import { drawSvg } from "../../bench/svg.ts";
import { assert, assertEquals, ignore, test } from "../runner/mod.ts";
import { exampleResult } from "./results.ts";

test("drawSvg() draws each bar in proportion to the greatest value", () => {
  const widths = [...drawSvg([exampleResult()], "").matchAll(/width="(\d+)" height="14"/g)].map(([, width]) =>
    Number(width)
  );
  assertEquals(widths.length, 2);
  assertEquals((widths[0] ?? 0) / (widths[1] ?? 1), 470 / 157);
});

test("drawSvg() says how ours compares with a peer and whether a target is reached", () => {
  const svg = drawSvg([exampleResult()], "the machine");
  for (
    const words of ["the machine", "15,000  (ours: 3.00 ×)", "✓ ours ≥ 2.5 × deno", "✗ ours ≥ 4 × deno", "not measured"]
  ) {
    assert(svg.includes(words), `"${words}" is not in the picture`);
  }
});

const python = new Deno.Command("python3", { args: ["-c", ""] });
const hasPython = (await Deno.permissions.query({ name: "run" })).state === "granted" &&
  await python.output().then(({ success }) => success, () => false);
if (hasPython) {
  test("drawSvg() gives XML that another parser takes", async () => {
    const child = new Deno.Command("python3", {
      args: ["-c", "import sys, xml.etree.ElementTree as e; print(''.join(e.fromstring(sys.stdin.read()).itertext()))"],
      stdin: "piped",
      stdout: "piped",
    }).spawn();
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(drawSvg([exampleResult()], "a < b & c")));
    await writer.close();
    const { success, stdout } = await child.output();
    assert(success);
    const text = new TextDecoder().decode(stdout);
    assert(text.includes("a < b & c") && text.includes("Echo <64 B> & back"), text);
  });
} else {
  ignore("drawSvg() gives XML that another parser takes", "needs --allow-run and python3");
}
