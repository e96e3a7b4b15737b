import { formatMarkdown, formatText, formatValue, tables } from "../../bench/table.ts";
import { assertEquals, test } from "../runner/mod.ts";
import { exampleResult } from "./results.ts";

test("tables() has a line for every row, with all its contenders, and one for every target", () => {
  const [values, targets] = tables([exampleResult()]);
  assertEquals(values, [
    ["row", "unit", "measured"],
    ["Echo <64 B> & back", "round trips/s", "ours 45,000 (20/31.3 µs), deno 15,000, c failed"],
  ]);
  assertEquals(targets.slice(1).map((cells) => cells.slice(1)), [
    ["ours ≥ 2.5 × deno", "3.00", "3.00 – 3.00", "reached"],
    ["ours ≥ 4 × deno", "3.00", "3.00 – 3.00", "not reached"],
    ["ours ≥ 0.9 × c", "not measured", "", "–"],
  ]);
});

test("formatText() aligns the columns", () => {
  assertEquals(formatText([["a", "b"], ["long", "c"]]), "a     b\nlong  c");
});

test("formatMarkdown() separates the header with a rule", () => {
  assertEquals(formatMarkdown([["a", "b"], ["1", "2"]]), "| a | b |\n| --- | --- |\n| 1 | 2 |");
});

test("formatValue() keeps a decimal for small values only", () => {
  assertEquals(formatValue(12_345.67), "12,346");
  assertEquals(formatValue(3.14), "3.1");
  assertEquals(formatValue(0), "0");
});
