import { closeSync, existsSync, openSync, writeFileSync } from "node:fs";
import process from "node:process";
import { runtime } from "../../ffi/platform.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
  fromHex,
  hex,
  ignore,
  leakedDescriptors,
  openDescriptors,
  spawn,
  spawnFile,
  spawnScript,
  tempDir,
  test,
  which,
} from "./mod.ts";
import { endPrograms } from "./programs.ts";
import { whyNotWith } from "./tools.ts";

test("leakedDescriptors() names what a test left open", { needs: ["read"] }, async () => {
  const before = openDescriptors();
  if (before === undefined) throw new Error("/proc/self/fd cannot be read");
  const fd = openSync("/proc/self/status", "r");
  const leaked = await leakedDescriptors(before);
  closeSync(fd);
  assertEquals(leaked.length, 1);
  assertEquals(await leakedDescriptors(before), []);
});

test("assertRejects() returns the error of an async function", async () => {
  const error = await assertRejects(() => Promise.reject(new RangeError("out of range")), RangeError);
  assertEquals(error.message, "out of range");
});

test("spawn() returns lines, the exit code and both outputs", { needs: ["run", "env"] }, async () => {
  await using program = spawn("sh", ["-c", 'echo "$A"; cat; echo told >&2; printf end; exit 3'], {
    env: { A: "a b" },
  });
  assertEquals(await program.line(), "a b");
  program.write("first\nsecond\n");
  assertEquals(await program.line(), "first");
  assertEquals(await program.line(), "second");
  program.closeInput();
  assertEquals(await program.line(), "end");
  assertEquals(await program.line(), undefined);
  const stdout = "a b\nfirst\nsecond\nend";
  assertEquals(await program.exit, { code: 3, signal: null, stdout, stderr: "told\n" });
});

test("spawn() kills the program at the end of `await using`", { needs: ["run"] }, async () => {
  const started = await (async () => {
    await using program = spawn("sleep", ["60"]);
    return program;
  })();
  assertEquals((await started.exit).signal, "SIGKILL");
});

test("spawn() rejects if there is no such program", { needs: ["run"] }, async () => {
  await using program = spawn("/nowhere/at/all");
  await assertRejects(() => program.exit, Error, "ENOENT");
  assertEquals(await program.line(), undefined);
});

for (const start of [spawnFile, spawnScript]) {
  test(`${start.name}() runs a module on this same runtime`, { needs: ["run", "env", "read", "write"] }, async () => {
    const module = new URL("../../ffi/platform.ts", import.meta.url);
    await using program = start(`import { runtime } from "${module}"; console.log(runtime()); await 0;`);
    assertEquals(await program.line(), runtime());
    assertEquals((await program.exit).code, 0);
  });
}

test("tempDir() makes a folder and removes it with what is in it", { needs: ["read", "write", "env"] }, () => {
  const dir = tempDir();
  writeFileSync(`${dir.path}/file`, "text");
  assert(existsSync(`${dir.path}/file`));
  dir[Symbol.dispose]();
  assert(!existsSync(dir.path));
});

test("which() finds a program", { needs: ["read", "env"] }, () => {
  assert(which("sh")?.endsWith("/sh"));
  assertEquals(which("no-such-program"), undefined);
});

test("hex() and fromHex() are each other's inverse", () => {
  assertEquals(hex(new Uint8Array([0, 10, 255])), "000aff");
  assertEquals(fromHex("000aff"), new Uint8Array([0, 10, 255]));
});

ignore("ignore() shows its reason", "a test of how a skipped test is shown");

test("a test may start a program that a machine may lack only if it names it", { needs: ["run"] }, () => {
  assertThrows(() => spawn("python3"), Error, 'Cannot start python3: the test must name it: needs: ["python3"]');
  assertThrows(() => spawn("env", ["/usr/bin/cc"]), Error, "Cannot start cc");
});

test("whyNotWith() names the missing program and its package", { needs: ["env", "read"] }, () => {
  using dir = tempDir();
  const path = process.env["PATH"];
  process.env["PATH"] = dir.path;
  try {
    assertEquals(whyNotWith([]), undefined);
    assertEquals(whyNotWith(["nc"]), "needs nc: apt-get install netcat-openbsd");
    assertEquals(whyNotWith(["cc", "ip"]), "needs cc ip: apt-get install gcc libc6-dev iproute2");
  } finally {
    process.env["PATH"] = path;
  }
});

test("endPrograms() kills what still runs, as the runner does at the end of a test", { needs: ["run"] }, async () => {
  const forgotten = spawn("sleep", ["60"]);
  endPrograms();
  assertEquals((await forgotten.exit).signal, "SIGKILL");
});
