import { existsSync, readFileSync } from "node:fs";
import { firstLibrary } from "../../ffi/backends/open_library.ts";
import { libraryPaths } from "../../ffi/mod.ts";
import { deno } from "../peers/deno_program.ts";
import { assert, assertEquals, assertThrows, ignore, onDeno, type Permission, test } from "../runner/mod.ts";

const denoTest = onDeno("it is about Deno's permissions");

const needs: Permission[] = ["run", "read", "env"];

/** Without any such flag, Deno's `node:child_process` adds `--allow-all` for a child that is Deno. */
const NONE = ["--allow-env=NO_SUCH_VARIABLE"];

const ECHO = `
import { TcpConn, TcpListener } from "${new URL("../../inet/mod.ts", import.meta.url)}";
using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
using client = await TcpConn.connect({ hostname: "localhost", port: listener.addr.port });
using server = await listener.accept();
const read = server.read(new Uint8Array(9));
await client.write(new TextEncoder().encode("permitted"));
console.log(await read);
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

const absolute = libraryPaths({ os: "linux", arch: "x86_64" }).filter((path) => path.startsWith("/"));
for (const path of absolute) {
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

test("an error that no library could be opened lists what was tried, and why not", () => {
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

test("libraryPaths() begins with the bare name, and knows glibc and musl on both processors", () => {
  for (const arch of ["x86_64", "aarch64"] as const) {
    const paths = libraryPaths({ os: "linux", arch });
    assertEquals(paths[0], "libc.so.6");
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

/** Whether a path is of the kind of libc that the runtime itself has. Two kinds in one process crash. */
function isOwn(path: string): boolean {
  try {
    return path.includes("musl") === readFileSync("/proc/self/maps", "utf8").includes("/ld-musl-");
  } catch {
    return true; // no permission to look: test() then says which it needs
  }
}
