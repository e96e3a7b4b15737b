/** One test as a runner reported it. */
export interface TestResult {
  name: string;
  outcome: "passed" | "skipped" | "failed";
  /** Why it failed. */
  failure?: string;
}

/** With its message, or with a text between its tags. */
const FAILURE = /<(failure|error)\b(?:[^>]*?\bmessage="([^"]*)")?[^>]*?(\/>|>([\s\S]*?)<\/\1>)/;

/** Reads what the runners of Deno, Node and Bun write as JUnit XML; Node leaves `>` in names as it is. */
export function parseJunit(xml: string): TestResult[] {
  const cases = xml.matchAll(/<testcase\s((?:"[^"]*"|[^">])*?)(\/>|>([\s\S]*?)<\/testcase>)/g);
  return [...cases].map(([, attributes = "", , content = ""]) => {
    const name = unescape(attributes.match(/\bname="([^"]*)"/)?.[1] ?? "");
    if (/<(failure|error)\b/.test(content)) {
      const [, , message = "", , text = ""] = content.match(FAILURE) ?? [];
      return { name, outcome: "failed", failure: unescape(text.trim() === "" ? message : text).trim() };
    }
    return { name, outcome: /<skipped\b/.test(content) ? "skipped" : "passed" };
  });
}

/** The names in a list of tests to skip that no test has: otherwise a renamed test would silently run. */
export function unknownTests(skipped: Record<string, string>, results: readonly TestResult[]): string[] {
  return Object.entries(skipped)
    .filter(([name, reason]) => !results.some((result) => result.name === `${name} [skipped: ${reason}]`))
    .map(([name]) => name);
}

const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function unescape(text: string): string {
  return text.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (name !== undefined) return ENTITIES[name] ?? whole;
    return String.fromCodePoint(hex === undefined ? Number(decimal) : parseInt(hex, 16));
  });
}
