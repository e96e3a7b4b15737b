import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync } from "node:fs";
import { assert, assertEquals, onDeno, spawn, tempDir } from "../runner/mod.ts";

const test = onDeno("the guest is built by Deno");

test("cpio(1) unpacks what CpioWriter writes", {
  needs: ["write", "cpio"],
}, async () => {
  const { CpioWriter } = await import("../../scripts/guest/cpio.ts");
  using folder = tempDir();
  const archive = `${folder.path}/archive`;
  for (const [i, text] of ["first", "second"].entries()) {
    const writer = new CpioWriter(await Deno.open(`${archive}${i}`, { create: true, write: true }));
    writer.addFile("a/b/file", text, 0o640);
    writer.addFile("/empty", "");
    writer.addFile("a/odd", new Uint8Array([1, 2, 3]));
    writer.addLink("a/link", "b/file");
    writer.addFolder("c/d");
    writer.close();
  }
  mkdirSync(`${folder.path}/tree`);
  for (const i of [0, 1]) {
    await using cpio = spawn("sh", ["-c", 'cpio -idu --quiet < "$0"', `${archive}${i}`], {
      cwd: `${folder.path}/tree`,
    });
    const { code, stderr } = await cpio.exit;
    assertEquals([code, stderr], [0, ""]);
  }
  const tree = `${folder.path}/tree`;
  assertEquals(readFileSync(`${tree}/a/b/file`, "utf8"), "second");
  assertEquals(lstatSync(`${tree}/a/b/file`).mode & 0o777, 0o640);
  assertEquals([...readFileSync(`${tree}/a/odd`)], [1, 2, 3]);
  assertEquals(readFileSync(`${tree}/empty`).length, 0);
  assertEquals(readlinkSync(`${tree}/a/link`), "b/file");
  assert(existsSync(`${tree}/c/d`));
});
