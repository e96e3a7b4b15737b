import { root } from "../npm_package.ts";

/** The pages that those read who change the library, or judge it. */
export const DEVELOPER_PAGES: string[] = ["ARCHITECTURE.md", "CONTRIBUTING.md", "SECURITY.md", "CHANGELOG.md"];

/** The pages that users read, by their paths in the repository. */
export function pages(): string[] {
  const documents = ["docs", "docs/families"].flatMap((folder) =>
    [...Deno.readDirSync(root + folder)].filter(({ name }) => name.endsWith(".md")).map(({ name }) =>
      `${folder}/${name}`
    )
  );
  return ["README.md", "examples/README.md", "bench/README.md", ...documents.sort()];
}
