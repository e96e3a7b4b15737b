import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, mkdirSync, readFileSync, readlinkSync } from "node:fs";
import process from "node:process";
import { assert, assertEquals, ignore, type Permission, tempDir, test, which } from "../runner/mod.ts";

const name = "CpioWriter writes what cpio(1) unpacks";
const needs: Permission[] = ["env", "read", "run", "write"];

if (process.versions["deno"] === undefined) ignore(name, "the guest is built by Deno");
else if (!found("cpio")) ignore(name, "needs cpio: apt-get install cpio");
else {
  test(name, { needs }, async () => {
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
      const { status, stderr } = spawnSync("cpio", ["-idu", "--quiet"], {
        cwd: `${folder.path}/tree`,
        input: readFileSync(`${archive}${i}`),
      });
      assertEquals([status, String(stderr)], [0, ""]);
    }
    const tree = `${folder.path}/tree`;
    assertEquals(readFileSync(`${tree}/a/b/file`, "utf8"), "second");
    assertEquals(lstatSync(`${tree}/a/b/file`).mode & 0o777, 0o640);
    assertEquals([...readFileSync(`${tree}/a/odd`)], [1, 2, 3]);
    assertEquals(readFileSync(`${tree}/empty`).length, 0);
    assertEquals(readlinkSync(`${tree}/a/link`), "b/file");
    assert(existsSync(`${tree}/c/d`));
  });
}

function found(program: string): boolean {
  try {
    return which(program) !== undefined;
  } catch {
    return true; // skipped for want of permission, which `needs` says better
  }
}
