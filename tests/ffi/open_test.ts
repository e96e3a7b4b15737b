import { existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";
import { firstLibrary } from "../../ffi/backends/open_library.ts";
import { libraryPaths } from "../../ffi/mod.ts";
import { deno } from "../peers/deno_program.ts";
import { runProgram } from "../peers/run_program.ts";
import {
  assert,
  assertEquals,
  assertThrows,
  ignore,
  onDeno,
  type Permission,
  runFile,
  spawn,
  tempDir,
  test,
} from "../runner/mod.ts";

const denoTest = onDeno("it is about Deno's permissions");

const needs: Permission[] = ["run", "read", "env"];

/** Without any such flag, Deno's `node:child_process` adds `--allow-all` for a child that is Deno. */
const NONE = ["--allow-env=NO_SUCH_VARIABLE"];

/** Ends the program that loads it. */
const EVIL = `#include <unistd.h>
__attribute__((constructor)) static void end(void) { _exit(66); }
`;

const ECHO = `
import { TcpConn, TcpListener } from "${new URL("../../inet/mod.ts", import.meta.url)}";
using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
using client = await TcpConn.connect({ hostname: "localhost", port: listener.addr.port });
using server = await listener.accept();
const read = server.read(new Uint8Array(9));
await client.write(new TextEncoder().encode("permitted"));
console.log(await read);
`;

const LISTEN = `
import { TcpListener } from "${new URL("../../inet/mod.ts", import.meta.url)}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.hostname);
listener.close();
`;

const REFUSED = `
import { TcpListener } from "${new URL("../../inet/mod.ts", import.meta.url)}";
console.log("imported");
try {
  TcpListener.listen({ port: 0 });
} catch (error) {
  console.log(error.name);
  console.log(error.message.split("\\n")[0]);
}
`;

async function outputOf(source: string, permissions: string[]): Promise<string> {
  await using program = deno(source, { permissions });
  const { code, stdout, stderr } = await program.exit;
  assertEquals(code, 0, stderr);
  return stdout;
}

denoTest("a program needs no permission but --allow-ffi", { needs }, async () => {
  assertEquals(await outputOf(ECHO, ["--allow-ffi"]), "9\n");
});

for (const path of libraryPaths({ os: "linux", arch: "x86_64" })) {
  const name = `a program works with --allow-ffi=${path}`;
  if (!isOwn(path)) ignore(name, "the runtime is linked with another libc than that");
  else if (!exists(path)) ignore(name, "this machine has no libc at that path");
  else denoTest(name, { needs }, async () => assertEquals(await outputOf(ECHO, [`--allow-ffi=${path}`]), "9\n"));
}

denoTest(
  "importing needs no permission, and the first socket without it is refused by Deno itself",
  { needs },
  async () => {
    const [imported, name, message] = (await outputOf(REFUSED, NONE)).split("\n");
    assertEquals([imported, name], ["imported", "NotCapable"]);
    assert(/Requires ffi access/.test(message ?? ""), message);
  },
);

denoTest("a permission for another library is refused by Deno itself", { needs }, async () => {
  assertEquals((await outputOf(REFUSED, ["--allow-ffi=/nowhere/libc.so.6"])).split("\n")[1], "NotCapable");
});

test("the error when no library could be opened lists what was tried, and why each failed", () => {
  const tried: string[] = [];
  const error = assertThrows(() =>
    firstLibrary(["libnone.so.1", "/nowhere/libnone.so.1"], (path) => {
      tried.push(path);
      throw new Error(`cannot open ${path}`);
    })
  );
  assertEquals(tried, ["libnone.so.1", "/nowhere/libnone.so.1"]);
  assertEquals(
    error.message,
    "Cannot open libc, having tried\n" +
      "  libnone.so.1: cannot open libnone.so.1\n  /nowhere/libnone.so.1: cannot open /nowhere/libnone.so.1",
  );
});

test("the first library that opens is taken", () => {
  const open = (path: string) => {
    if (path !== "b") throw new Error("no");
    return path;
  };
  assertEquals(firstLibrary(["a", "b", "c"], open), "b");
});

denoTest(
  "a libc.so.6 of the current folder is never loaded, whatever is permitted",
  { needs: [...needs, "write", "cc"] },
  async () => {
    using dir = tempDir();
    writeFileSync(`${dir.path}/evil.c`, EVIL);
    await runProgram("cc", ["-shared", "-fPIC", "-o", `${dir.path}/libc.so.6`, `${dir.path}/evil.c`]);
    const before = process.cwd();
    process.chdir(dir.path);
    try {
      for (const path of ["libc.so.6", "./libc.so.6", ".", dir.path, dirname(dir.path)]) {
        const output = await outputOf(REFUSED, [`--allow-ffi=${path}`]);
        assert(output.startsWith("imported\nNotCapable\n"), `${path}: ${output}`);
        assert(/--allow-ffi=<path of libc>, .*\/lib\/x86_64-linux-gnu\/libc\.so\.6/.test(output), output);
      }
      for (const all of ["--allow-ffi", "--allow-ffi=/"]) assertEquals(await outputOf(ECHO, [all]), "9\n");
    } finally {
      process.chdir(before);
    }
  },
);

test("a libc of the current folder is not loaded in place of the system's", {
  needs: [...needs, "write", "cc"],
}, async () => {
  using dir = tempDir();
  const [source, file] = [`${dir.path}/evil.c`, `${dir.path}/program.mjs`];
  writeFileSync(source, EVIL);
  writeFileSync(file, LISTEN);
  if (existsSync("node_modules")) symlinkSync(`${process.cwd()}/node_modules`, `${dir.path}/node_modules`); // koffi
  for (const name of ["libc.so.6", `libc.musl-${process.arch === "x64" ? "x86_64" : "aarch64"}.so.1`]) {
    await runProgram("cc", ["-shared", "-fPIC", "-o", `${dir.path}/${name}`, source]);
  }
  const [program = "", ...args] = runFile(file);
  await using child = spawn(program, args, { cwd: dir.path });
  const { code, stdout, stderr } = await child.exit;
  assertEquals([code, stdout], [0, "127.0.0.1\n"], stderr);
});

test("libraryPaths() are absolute, and know glibc and musl on both processors", () => {
  for (const arch of ["x86_64", "aarch64"] as const) {
    const paths = libraryPaths({ os: "linux", arch });
    assert(paths.every((path) => path.startsWith("/")));
    assert(paths.includes(`/lib/${arch}-linux-gnu/libc.so.6`));
    assert(paths.includes(`/lib/ld-musl-${arch}.so.1`));
    assertEquals(new Set(paths).size, paths.length);
  }
});

function exists(path: string): boolean {
  try {
    return existsSync(path);
  } catch {
    return true; // no permission to look: test() then says which it needs
  }
}

/** Whether a path belongs to the libc that the runtime itself uses. Two in one process crash. */
function isOwn(path: string): boolean {
  try {
    return path.includes("musl") === readFileSync("/proc/self/maps", "utf8").includes("/ld-musl-");
  } catch {
    return true; // no permission to look: test() then says which it needs
  }
}
