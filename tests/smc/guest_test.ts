import process from "node:process";
import { fileURLToPath } from "node:url";
import { assertEquals, ignore, type Permission, spawn, test, which } from "../runner/mod.ts";

const name = "the tests of SMC pass on a kernel that has it";
const needs: Permission[] = ["env", "read", "run", "write"];
const root = fileURLToPath(new URL("../..", import.meta.url));

if (process.env["GUEST"] === "1") {
  ignore(name, "this is that kernel");
} else if (runtimeOf() !== "deno") {
  ignore(name, "Deno boots the guest");
} else if (emulator() === undefined) {
  ignore(name, "needs qemu-system-x86_64; to install it and run them: deno task test:smc");
} else {
  test(name, { needs, timeout: 420_000 }, async () => {
    await using guest = spawn(process.execPath, ["task", "test:smc"], { cwd: root });
    for (let line = await guest.line(); line !== undefined; line = await guest.line()) console.log(line);
    const { code, stderr } = await guest.exit;
    assertEquals(code, 0, stderr);
  });
}

function runtimeOf(): string {
  return process.versions["deno"] === undefined ? "other" : "deno";
}

/** Where qemu is; undefined where that may not be looked for, and the test is skipped for want of permission anyway. */
function emulator(): string | undefined {
  try {
    return which("qemu-system-x86_64");
  } catch {
    return "";
  }
}
