/**
 * Type-checks the code blocks that do not run because they need the reader's own server or host name.
 *
 * @module
 */
import { root } from "../npm_package.ts";
import { pages } from "./pages.ts";

const folder = await Deno.makeTempDir({ dir: root, prefix: "ignored_blocks_" });
try {
  const files = pages().flatMap((page) => {
    const blocks = Deno.readTextFileSync(root + page).matchAll(/^```ts ignore\n(.*?)^```/gms);
    return [...blocks].map(([, block = ""], i) => {
      const file = `${folder}/${page.replaceAll("/", "_")}_${i + 1}.ts`;
      Deno.writeTextFileSync(file, block);
      return file;
    });
  });
  const { code } = await new Deno.Command(Deno.execPath(), { args: ["check", "--quiet", ...files], cwd: root }).spawn()
    .status;
  Deno.exitCode = code;
} finally {
  await Deno.remove(folder, { recursive: true });
}
