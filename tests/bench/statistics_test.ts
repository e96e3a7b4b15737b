import { judge, median, ratios, summarize } from "../../bench/statistics.ts";
import { assertEquals, test } from "../runner/mod.ts";

test("median() takes the middle value, or the mean of the middle two", () => {
  assertEquals(median([]), undefined);
  assertEquals(median([7]), 7);
  assertEquals(median([10, 9, 100]), 10); // sorted as text, 10 and 100 would come before 9
  assertEquals(median([4, 1, 3, 2]), 2.5);
});

test("median() leaves its argument in order", () => {
  const values = [3, 1, 2];
  median(values);
  assertEquals(values, [3, 1, 2]);
});

test("ratios() divides round by round, and drops rounds that one side did not run", () => {
  assertEquals(ratios([10, undefined, 30, 40], [5, 5, 10]), [2, 3]);
  assertEquals(ratios([1], [0]), []);
});

test("summarize() takes medians of the value and of every other number", () => {
  const result = summarize("ours", [
    { value: 1, p50: 30, note: "first" },
    undefined,
    { value: 3, p50: 10, note: "last" },
    { value: 2, p50: 20 },
  ]);
  assertEquals(result, {
    name: "ours",
    values: [1, undefined, 3, 2],
    median: 2,
    details: { p50: 20 },
  });
  assertEquals(summarize("ours", [{ value: 1, note: "kept" }]).note, "kept");
  assertEquals(summarize("ours", [], "absent"), {
    name: "ours",
    values: [],
    median: undefined,
    details: {},
    failure: "absent",
  });
});

test("judge() compares the median of the rounds' ratios, not the ratio of the medians", () => {
  const contenders = [
    summarize("ours", [{ value: 10 }, { value: 100 }, { value: 60 }]),
    summarize("deno", [{ value: 10 }, { value: 50 }, { value: 20 }]),
  ];
  const verdict = judge({ of: "ours", against: "deno", ratio: 2 }, "higher", contenders);
  assertEquals(verdict, { target: "ours ≥ 2 × deno", measured: 2, spread: [1, 3], reached: true });
  assertEquals(judge({ of: "ours", against: "deno", ratio: 2.01 }, "higher", contenders).reached, false);
});

test("judge() accepts a low ratio where lower is better", () => {
  const contenders = [summarize("ours", [{ value: 7 }]), summarize("deno", [{ value: 10 }])];
  assertEquals(judge({ of: "ours", against: "deno", ratio: 0.7 }, "lower", contenders).reached, true);
  assertEquals(judge({ of: "ours", against: "deno", ratio: 0.69 }, "lower", contenders).reached, false);
});

test("judge() compares a value with a bound", () => {
  const contenders = [summarize("ours", [{ value: 0 }, { value: 0 }, { value: 1 }])];
  assertEquals(judge({ of: "ours", atMost: 0 }, "lower", contenders).reached, true);
  assertEquals(judge({ of: "ours", atMost: -1 }, "lower", contenders).reached, false);
});

test("judge() gives no verdict on what was not measured", () => {
  const verdict = judge({ of: "ours", against: "deno", ratio: 2 }, "higher", [summarize("deno", [{ value: 1 }])]);
  assertEquals(verdict, { target: "ours ≥ 2 × deno", measured: undefined, spread: undefined, reached: undefined });
});
