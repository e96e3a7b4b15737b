import { CpioWriter } from "./cpio.ts";
import { PROGRAMS, readModules } from "./modules.ts";
import { run, say } from "./run.ts";

/** The parts of this checkout that the guest gets besides the library; of `node_modules` only what the tests import. */
const CHECKOUT = ["bench", "examples", "scripts", "tests"];
/** Deno's cache in the guest, as its init has it. */
const DENO_DIR = "guest/deno";
/** Prints where the modules are that the Python peers import. */
const PYTHON_MODULES = `import http.client, http.server, json, os, select, signal, socket, struct, sys, threading, time
for module in list(sys.modules.values()):
    if (getattr(module, "__file__", None) or "").endswith(".py"): print(module.__file__)`;

/** Options of {@linkcode writeBase}. */
export interface BaseOptions {
  /** Folder with the unpacked kernel package. */
  kernel: string;
  /** Folder with the unpacked `busybox-static`. */
  busybox: string;
  /** Names of {@linkcode MODULE_SETS}. */
  modules: string[];
}

/** Writes what seldom changes: busybox, the kernel modules, Deno with its shared libraries. Cached by its contents. */
export async function writeBase(cache: string, options: BaseOptions): Promise<string> {
  const deno = await Deno.stat(Deno.execPath());
  const [init, modules] = [await sourceOf("init"), await sourceOf("modules.ts")];
  const setups = await Promise.all(options.modules.map(setupOf));
  const key = [
    options.kernel,
    options.busybox,
    ...options.modules,
    Deno.execPath(),
    deno.size,
    deno.mtime,
    PYTHON_MODULES,
    init,
    modules,
    ...setups,
  ];
  const path = `${cache}/base-${await digest(key.join("\n"))}.cpio`;
  if (await Deno.stat(path).catch(() => undefined) !== undefined) return path;
  say("building the initramfs");
  const partial = await Deno.makeTempFile({ dir: cache, prefix: "base-", suffix: ".partial" });
  const cpio = new CpioWriter(await Deno.open(partial, { write: true, truncate: true }));
  for (const folder of ["bin", "dev", "etc", "proc", "root", "sys", "tmp"]) cpio.addFolder(folder);
  cpio.addFile("bin/busybox", await Deno.readFile(`${options.busybox}/bin/busybox`), 0o755);
  cpio.addFile("init", init, 0o755);
  cpio.addFile("etc/hosts", "127.0.0.1 localhost guest\n::1 localhost\n");
  cpio.addFile("etc/passwd", "root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n");
  cpio.addFile("etc/group", "root:x:0:\nnogroup:x:65534:\n");
  cpio.addFile("etc/services", "http 80/tcp\n");
  const order = await readModules(options.kernel, options.modules);
  for (const { name, bytes } of order) cpio.addFile(`guest/modules/${name}.ko`, bytes);
  cpio.addFile("guest/modules/order", order.map(({ name }) => `${name}\n`).join(""));
  const programs = new Set<string>();
  for (const [i, set] of options.modules.entries()) {
    const setup = setups[i];
    if (setup !== undefined) cpio.addFile(`guest/setup/${set}`, setup);
    for (const program of PROGRAMS[set] ?? []) programs.add(program);
  }
  for (const program of programs) {
    if (program === "python3") await addPython(cpio);
    else await addProgram(cpio, (await run("which", [program])).trim(), `bin/${program}`);
  }
  await addProgram(cpio, Deno.execPath(), "bin/deno");
  cpio.close();
  await Deno.rename(partial, path);
  return path;
}

/** Writes what changes: this checkout, the compiled peers, and the command. */
export async function writeCheckout(path: string, root: string, peers: string, command: string[]): Promise<void> {
  const cpio = new CpioWriter(await Deno.open(path, { write: true, create: true, truncate: true }));
  const config: { publish: { include: string[] } } = JSON.parse(await Deno.readTextFile(`${root}/deno.json`));
  for (const name of [...config.publish.include, ...CHECKOUT]) {
    await addTree(cpio, `${root}/${name}`, `checkout/${name}`);
  }
  await addTranspiled(cpio, root, [...config.publish.include, ...CHECKOUT]);
  // Without a network, node_modules must have everything.
  cpio.addFile("checkout/deno.json", JSON.stringify({ ...config, nodeModulesDir: "manual" }));
  for (const name of ["deno-std", "ioredis", "undici"]) {
    await addPackage(cpio, `${root}/node_modules`, name, "checkout/node_modules");
  }
  for await (const { name } of Deno.readDir(peers)) {
    cpio.addFile(`bin/${name}`, await Deno.readFile(`${peers}/${name}`), 0o755);
  }
  cpio.addFile("guest/command", `${command.map(quote).join(" ")}\n`);
  cpio.close();
}

/** Adds the JavaScript that Deno makes of this checkout, and finds by path: to make it under emulation takes long. */
async function addTranspiled(cpio: CpioWriter, root: string, names: string[]): Promise<void> {
  const folders = ["tests", "examples", "scripts/guest"].map((name) => `${root}/${name}`);
  const entries = (await run("find", [...folders, "-name", "*.ts"])).trim().split("\n");
  await run(Deno.execPath(), ["cache", "--quiet", "--no-check", ...entries], { cwd: root });
  const { denoDir }: { denoDir: string } = JSON.parse(await run(Deno.execPath(), ["info", "--json"]));
  for (const name of names) {
    await addTree(cpio, `${denoDir}/gen/file${root}/${name}`, `${DENO_DIR}/gen/file/checkout/${name}`);
  }
}

/** Adds a file, or a folder with its contents; does nothing if there is none. */
export async function addTree(cpio: CpioWriter, from: string, to: string): Promise<void> {
  const stat = await Deno.stat(from).catch(() => undefined);
  if (stat?.isFile) cpio.addFile(to, await Deno.readFile(from), stat.mode === null ? 0o644 : stat.mode & 0o777);
  if (!stat?.isDirectory) return;
  for await (const { name } of Deno.readDir(from)) await addTree(cpio, `${from}/${name}`, `${to}/${name}`);
}

/** Adds a package of npm and what it depends on, side by side; several versions of one are more than the guest needs. */
export async function addPackage(cpio: CpioWriter, from: string, name: string, to: string): Promise<void> {
  if (cpio.has(`${to}/${name}/package.json`)) return;
  const folder = await Deno.realPath(`${from}/${name}`);
  await addTree(cpio, folder, `${to}/${name}`);
  const { dependencies = {} } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  for (const needed of Object.keys(dependencies)) await addPackage(cpio, folder.slice(0, -name.length - 1), needed, to);
}

/** Adds a program of this system with its shared libraries. */
export async function addProgram(cpio: CpioWriter, program: string, to: string): Promise<void> {
  cpio.addFile(to, await Deno.readFile(program), 0o755);
  // "libc.so.6 => /lib/x86_64-linux-gnu/libc.so.6 (0x…)" and "/lib64/ld-linux-x86-64.so.2 (0x…)"
  for (const [, path] of (await run("ldd", [program])).matchAll(/(\/\S+) \(0x/g)) {
    if (path !== undefined && !cpio.has(path)) cpio.addFile(path, await Deno.readFile(path), 0o755);
  }
}

/** Adds this system's Python, not another one that comes first in PATH, with the modules that the peers import. */
async function addPython(cpio: CpioWriter): Promise<void> {
  await addProgram(cpio, "/usr/bin/python3", "bin/python3");
  for (const path of (await run("/usr/bin/python3", ["-I", "-c", PYTHON_MODULES])).trim().split("\n")) {
    cpio.addFile(path, await Deno.readFile(path));
  }
}

function sourceOf(name: string): Promise<string> {
  return Deno.readTextFile(new URL(name, import.meta.url));
}

/** The script that sets up a family in the guest; most need none. */
async function setupOf(set: string): Promise<string | undefined> {
  try {
    return await sourceOf(`setup/${set}`);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return bytes.toHex().slice(0, 16);
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
