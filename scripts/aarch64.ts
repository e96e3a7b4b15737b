/**
 * Runs tests on aarch64, where `struct epoll_event` and the calling convention differ, in qemu's user mode: Deno for
 * aarch64 from npm, beside Debian's libc for aarch64. Programs cannot be started there, so tests that start one are skipped.
 * Arguments: the tests, else the suites of sockets and messages.
 *
 * @module
 */
import { installMissing, unpackPackage } from "./guest/packages.ts";

const root = new URL("..", import.meta.url).pathname;
const cache = `${root}.cache/aarch64/`;
/** The newest that npm has for this processor. */
const VERSION = "2.9.5";
const TESTS = [
  "tests/backends/background_test.ts",
  "tests/backends/memory_test.ts",
  "tests/conformance/tcp_test.ts",
  "tests/conformance/unix_test.ts",
  "tests/conformance/unix_message_test.ts",
  "tests/ffi/layout_test.ts",
  "tests/inet",
  "tests/rpc/calls_test.ts",
  "tests/socket/control_message_test.ts",
  "tests/socket/message_batch_test.ts",
  "tests/socket/socket_test.ts",
  "tests/unix",
];
/** The program for another processor leaves this one's packages alone. */
const FLAGS = ["test", "--no-check", "--no-lock", "--node-modules-dir=none"];
const PERMISSIONS = ["ffi", "read", "write", "env", "net", "sys"].map((name) => `--allow-${name}`);

await installMissing({ "qemu-aarch64-static": "qemu-user-static" });
const libraries = ["libc6-arm64-cross", "libgcc-s1-arm64-cross"];
for (const name of libraries) await unpackPackage(name, `${cache}${name}`);
const [libc, libgcc] = libraries.map((name) => `${cache}${name}/usr/aarch64-linux-gnu`);
const deno = await fetchDeno();
const tests = Deno.args.length > 0 ? Deno.args : TESTS;
const { code } = await new Deno.Command("qemu-aarch64-static", {
  args: ["-L", libc ?? "", "-E", `LD_LIBRARY_PATH=${libgcc}/lib`, deno, ...FLAGS, ...PERMISSIONS, ...tests],
  cwd: root,
}).spawn().status;
Deno.exit(code);

async function fetchDeno(): Promise<string> {
  const folder = `${cache}deno-${VERSION}`;
  const program = `${folder}/package/deno`;
  if (await Deno.stat(program).catch(() => undefined) !== undefined) return program;
  await Deno.mkdir(folder, { recursive: true });
  await must("npm", "pack", `@deno/linux-arm64-glibc@${VERSION}`, "--pack-destination", folder);
  const [tarball] = [...Deno.readDirSync(folder)].filter(({ name }) => name.endsWith(".tgz"));
  await must("tar", "-xzf", `${folder}/${tarball?.name}`, "-C", folder);
  await Deno.chmod(program, 0o755);
  return program;
}

async function must(program: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(program, { args, stdout: "null" }).spawn().status;
  if (!success) throw new Error(`${program} ${args.join(" ")} failed`);
}
