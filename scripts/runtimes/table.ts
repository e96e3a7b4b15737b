import type { SuiteResult } from "./run_suite.ts";
import type { Runtime } from "./runtime.ts";
import type { Suite } from "./suites.ts";

/** The results as a Markdown table: a row for each suite, a column for each runtime, and why tests were skipped. */
export function tableOf(
  runtimes: Runtime[],
  results: Map<Suite, Map<Runtime, SuiteResult>>,
  cross: string,
): string {
  const lines = [
    row(["suite", ...runtimes.map(({ name }) => name)]),
    row(["---", ...runtimes.map(() => "---")]),
    ...[...results].map(([{ name }, cells]) => row([name, ...runtimes.map((runtime) => cell(cells.get(runtime)))])),
    row([
      "every family, server × client",
      ...runtimes.map((_, i) => i === 0 ? `${cross}, every runtime with every other` : "″"),
    ]),
  ];
  const reasons = [...results.values()].flatMap((cells) => [...cells.values()]).flatMap(({ tests }) =>
    tests.flatMap(({ name, outcome }) => outcome === "skipped" ? name.match(/\[skipped: (.*)\]$/)?.[1] ?? [] : [])
  );
  const skipped = [...new Set(reasons)].sort().map((reason) => `- ${reason}`);
  return `${lines.join("\n")}\n\nThe cells count passed and skipped tests. Every runtime has every ` +
    `test. Why a test is skipped:\n\n${skipped.join("\n")}`;
}

function row(cells: string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function cell(result: SuiteResult | undefined): string {
  if (result === undefined) return "not run";
  const count = (outcome: string) => result.tests.filter((test) => test.outcome === outcome).length;
  const skipped = count("skipped") > 0 ? `, ${count("skipped")} skipped` : "";
  const failed = result.failure === undefined ? "" : `, **${count("failed") || "it"} failed**`;
  return `${count("passed")}${skipped}${failed}`;
}
