import { COMPANIONS, compileTests } from "../runtimes/compile_tests.ts";
import { BUN, install, KOFFI, NODES } from "../runtimes/runtime.ts";
import { CpioWriter } from "./cpio.ts";
import { addPackage, addProgram, addTree } from "./initramfs.ts";
import { run, say } from "./run.ts";

/** In the root folder, where a program anywhere in the guest finds packages. */
const MODULES = "node_modules";
/** Where the tests are as JavaScript (scripts/guest/run_suite.ts). */
const PROJECT = "project";

const [VERSION, NEWEST] = [NODES[0], NODES[2]];

/** Writes what seldom changes: the oldest Node with its shared libraries, and koffi. Cached by their versions. */
export async function writeNode(cache: string): Promise<string> {
  return await writeOnce(`${cache}/node-${VERSION}-koffi-${KOFFI}.cpio`, async (cpio) => {
    say(`adding Node ${VERSION}`);
    const [node, koffi] = await Promise.all([
      install("node", VERSION, "node/bin/node"),
      install("koffi", KOFFI, "koffi/index.js"),
    ]);
    await addProgram(cpio, node, "bin/node");
    await addTree(cpio, new URL("..", `file://${koffi}`).pathname.replace(/\/$/, ""), MODULES);
  });
}

/** Writes the newest Node, which calls C by node:ffi, as `node26`, and Bun. Cached by their versions. */
export async function writeRuntimes(cache: string): Promise<string> {
  return await writeOnce(`${cache}/node-${NEWEST}-bun-${BUN}.cpio`, async (cpio) => {
    say(`adding Node ${NEWEST} and Bun ${BUN}`);
    const [node, bun] = await Promise.all([
      install("node", NEWEST, "node/bin/node"),
      install("bun", BUN, "bun/bin/bun.exe"),
    ]);
    await addProgram(cpio, node, "bin/node26");
    await addProgram(cpio, bun, "bin/bun");
  });
}

/** Compiles the tests in `temp`, and writes them as a project that uses the npm package. */
export async function writeTests(path: string, root: string, temp: string): Promise<void> {
  const project = `${temp}/${PROJECT}/`;
  await Deno.mkdir(project);
  await Deno.writeTextFile(`${project}package.json`, '{ "private": true, "type": "module" }\n');
  for (const folder of ["tests", ...COMPANIONS]) await compileTests(project, folder);
  const cpio = new CpioWriter(await Deno.open(path, { write: true, create: true, truncate: true }));
  await addTree(cpio, project.replace(/\/$/, ""), PROJECT);
  for (const name of ["deno-std", "undici"]) await addPackage(cpio, `${root}/node_modules`, name, MODULES);
  cpio.addLink(`${PROJECT}/${MODULES}`, `/${MODULES}`);
  cpio.close();
}

/** Builds the npm package in `temp`, and writes it. */
export async function writePackage(path: string, root: string, temp: string): Promise<void> {
  const out = `${temp}/npm/`;
  await run(Deno.execPath(), ["run", "-A", `${root}/scripts/build_npm.ts`, out]);
  const { name } = JSON.parse(await Deno.readTextFile(`${out}package.json`));
  const cpio = new CpioWriter(await Deno.open(path, { write: true, create: true, truncate: true }));
  await addTree(cpio, out, `${MODULES}/${name}`);
  cpio.close();
}

async function writeOnce(path: string, write: (cpio: CpioWriter) => Promise<void>): Promise<string> {
  if (await Deno.stat(path).catch(() => undefined) !== undefined) return path;
  const partial = await Deno.makeTempFile({ suffix: ".partial", dir: path.slice(0, path.lastIndexOf("/")) });
  const cpio = new CpioWriter(await Deno.open(partial, { write: true, truncate: true }));
  await write(cpio);
  cpio.close();
  await Deno.rename(partial, path);
  return path;
}
