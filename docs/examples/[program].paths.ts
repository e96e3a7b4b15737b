import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const { name, version } = JSON.parse(readFileSync(`${root}deno.json`, "utf8"));
const programs = readdirSync(`${root}examples`, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"));

/** The pages of the examples: the name of each, and its source. */
export default {
  paths: () => programs.map((file) => ({ params: { program: file.replace(/\.ts$/, "") }, content: pageOf(file) })),
};

function pageOf(file: string): string {
  return `# ${file}

One of the [examples](/examples/).

\`\`\`ts
${readFileSync(`${root}examples/${file}`, "utf8")}\`\`\`

<sub>${name} ${version}</sub>
`;
}
