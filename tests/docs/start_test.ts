import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { assert, assertEquals, spawn, tempDir, test } from "../runner/mod.ts";

const skipOn = {
  node: "it reads the sources, which the package lacks",
  bun: "it reads the sources, which the package lacks",
};
const root = fileURLToPath(new URL("../..", import.meta.url));
const deno = (globalThis as { Deno?: { execPath(): string } }).Deno;

test("docs/start.md: the first server echoes what nc sends, with --allow-ffi alone", {
  needs: ["read", "write", "run", "env", "nc"],
  skipOn,
}, async () => {
  const page = readFileSync(`${root}docs/start.md`, "utf8");
  const block = page.match(/^```ts ignore\n(.*?)^```/ms)?.[1];
  assert(block !== undefined && block.includes("port: 7007"), "there is no such block");
  await using dir = await tempDir();
  writeFileSync(`${dir.path}/server.ts`, block.replace("port: 7007", "port: 0"));
  await using server = spawn(deno?.execPath() ?? "", [
    ...["run", "--no-check", "--config", `${root}deno.json`, "--allow-ffi", `${dir.path}/server.ts`],
  ]);
  const line = await server.line();
  const port = line?.match(/^listening on port (\d+)$/)?.[1];
  assert(port !== undefined, `the server prints ${line}`);
  await using client = spawn("nc", ["-N", "127.0.0.1", port]);
  client.write("hello\n");
  client.closeInput();
  assertEquals((await client.exit).stdout, "hello\n");
});
