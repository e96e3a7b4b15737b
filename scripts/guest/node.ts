import { install, KOFFI, NODES } from "../runtimes/runtime.ts";
import { CpioWriter } from "./cpio.ts";
import { addProgram, addTree } from "./initramfs.ts";
import { run, say } from "./run.ts";

/** In the root folder, where a program anywhere in the guest finds packages. */
const MODULES = "node_modules";

const [VERSION] = NODES;

/** Writes what seldom changes: the oldest Node with its shared libraries, and koffi. Cached by their versions. */
export async function writeNode(cache: string): Promise<string> {
  const path = `${cache}/node-${VERSION}-koffi-${KOFFI}.cpio`;
  if (await Deno.stat(path).catch(() => undefined) !== undefined) return path;
  say(`adding Node ${VERSION}`);
  const [node, koffi] = await Promise.all([
    install("node", VERSION, "node/bin/node"),
    install("koffi", KOFFI, "koffi/index.js"),
  ]);
  const partial = await Deno.makeTempFile({ dir: cache, prefix: "node-", suffix: ".partial" });
  const cpio = new CpioWriter(await Deno.open(partial, { write: true, truncate: true }));
  await addProgram(cpio, node, "bin/node");
  await addTree(cpio, new URL("..", `file://${koffi}`).pathname.replace(/\/$/, ""), MODULES);
  cpio.close();
  await Deno.rename(partial, path);
  return path;
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
