import { parseJunit, unknownTests } from "../../scripts/runtimes/junit.ts";
import { assertEquals, test } from "../runner/mod.ts";

const XML = `<?xml version="1.0" encoding="utf-8"?>
<testsuites>
  <testcase name="values of <errno.h> &amp; &quot;more&quot;" time="0.1" classname="test"/>
  <testcase name="a -> b [skipped: why]" time="0"><skipped type="skipped" message="true"/></testcase>
  <testcase name="breaks" time="0.1"><failure type="x" message="a > b">trace</failure></testcase>
  <testcase name="stops" time="0.1">
    <error message="gone"/>
  </testcase>
  <testcase name="last" time="0.1"/>
</testsuites>`;

test("parseJunit() reads every outcome, and names with markup in them", () => {
  assertEquals(parseJunit(XML), [
    { name: 'values of <errno.h> & "more"', outcome: "passed" },
    { name: "a -> b [skipped: why]", outcome: "skipped" },
    { name: "breaks", outcome: "failed", failure: "trace" },
    { name: "stops", outcome: "failed", failure: "gone" },
    { name: "last", outcome: "passed" },
  ]);
});

test("unknownTests() returns the names in a list of tests to skip that no test has", () => {
  const results = [{ name: "a [skipped: no a here]", outcome: "skipped" as const }, {
    name: "b",
    outcome: "passed" as const,
  }];
  assertEquals(unknownTests({ a: "no a here" }, results), []);
  assertEquals(unknownTests({ a: "no a here", b: "no b here", renamed: "no a here" }, results), ["b", "renamed"]);
});
