import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
const programs = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));

/** The pages of the examples: the name of each, and its source. */
export default {
  paths: () =>
    programs.map((name) => ({
      params: { program: name.replace(/\.ts$/, "") },
      content: `# ${name}\n\nOne of the [examples](/examples/).\n\n\`\`\`ts\n${
        readFileSync(folder + name, "utf8")
      }\`\`\`\n`,
    })),
};
