/**
 * Runs a command on another kernel: a Debian kernel, Deno and this checkout, under software emulation.
 *
 * ```text
 * deno run -A scripts/guest/main.ts --modules smc -- deno test -A --no-check tests/smc
 * ```
 *
 * @module
 */
import { parseArgs } from "@std/cli/parse-args";
import { writeBase, writeCheckout } from "./initramfs.ts";
import { MODULE_SETS, PACKAGES, PROGRAMS } from "./modules.ts";
import { writeNode, writePackage, writeRuntimes, writeTests } from "./node.ts";
import { installMissing, newestKernel, unpackPackage } from "./packages.ts";
import { compilePeers } from "./peers.ts";
import { boot } from "./qemu.ts";
import { say } from "./run.ts";

const USAGE = `deno run -A scripts/guest/main.ts [options] -- COMMAND [ARGUMENT...]

Runs COMMAND in a guest and ends with its exit code. What it leaves in /tmp/out comes back by --out.

  --kernel SERIES    kernel series that apt offers (6.12)
  --modules SETS     ${Object.keys(MODULE_SETS).join(", ")}; comma-separated (smc)
  --append TEXT      more parameters of the kernel
  --node             with Node, koffi and the npm package, built from this checkout
  --runtimes         as --node, with the newest Node (node26), Bun, and the tests as JavaScript: scripts/guest/run_suite.ts
  --memory MIB       memory of the guest (3000)
  --timeout SECONDS  the guest is ended after this long (240)
  --out FOLDER       where files of /tmp/out go
  --help`;

const root = new URL("../..", import.meta.url).pathname.replace(/\/$/, "");
const cache = `${root}/.cache/guest`;

interface Report {
  code: number | undefined;
  files: Map<string, Uint8Array>;
}

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: string[]): Promise<number> {
  const options = parseArgs(args, {
    "--": true,
    boolean: ["help", "node", "runtimes"],
    string: ["kernel", "modules", "append", "memory", "timeout", "out"],
    default: { kernel: "6.12", modules: "smc", append: "", memory: "3000", timeout: "240" },
  });
  const command = options["--"] as string[];
  if (options.help || command.length === 0) {
    console.log(USAGE);
    return options.help ? 0 : 2;
  }
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  await Deno.mkdir(cache, { recursive: true });
  // Guests may start at once, and share what is installed, downloaded and cached.
  const lock = await Deno.open(`${cache}/lock`, { create: true, write: true });
  await lock.lock(true);
  await installMissing({ "qemu-system-x86_64": "qemu-system-x86", cc: "gcc libc6-dev", xz: "xz-utils" });
  const sets: string[] = options.modules.split(",").filter(Boolean);
  const programs = sets.flatMap((set) => PROGRAMS[set] ?? []);
  await installMissing(Object.fromEntries(programs.map((program) => [program, PACKAGES[program] ?? program])));
  const withNode = options.node || options.runtimes;
  if (withNode) await installMissing({ npm: "npm" });
  const release = await newestKernel(options.kernel);
  const kernel = `${cache}/linux-${release}`;
  await unpackPackage(`linux-image-${release}`, kernel);
  await unpackPackage("busybox-static", `${cache}/busybox`);
  await compilePeers(`${root}/tests/peers`, `${cache}/peers`);
  const base = await writeBase(cache, {
    kernel,
    busybox: `${cache}/busybox`,
    modules: sets,
  });
  const cached = [base];
  if (withNode) cached.push(await writeNode(cache));
  if (options.runtimes) cached.push(await writeRuntimes(cache));
  lock.close();
  const temp = await Deno.makeTempDir({ dir: cache, prefix: "run-" });
  try {
    const environment = Deno.stdout.isTerminal() ? [] : ["env", "NO_COLOR=1"];
    await writeCheckout(`${temp}/checkout.cpio`, root, `${cache}/peers`, [...environment, ...command]);
    const archives = [...cached, `${temp}/checkout.cpio`];
    if (withNode) {
      await writePackage(`${temp}/package.cpio`, root, temp);
      archives.push(`${temp}/package.cpio`);
    }
    if (options.runtimes) {
      await writeTests(`${temp}/tests.cpio`, root, temp);
      archives.push(`${temp}/tests.cpio`);
    }
    await concatenate(archives, `${temp}/initramfs`);
    let report = "";
    // The emulator now and then runs code that the kernel has just patched, in which case the kernel panics as it starts.
    for (let boots = 0; report === "" && boots < 3; boots++) {
      const what = boots === 0 ? "booting" : "the kernel panicked before its first program: booting again";
      say(`${what}, Linux ${release}, after ${seconds()}`);
      await boot({
        kernel: `${kernel}/boot/vmlinuz-${release}`,
        initramfs: `${temp}/initramfs`,
        report: `${temp}/report`,
        append: options.append,
        memory: Number(options.memory),
        timeout: Number(options.timeout) * 1000,
      });
      report = await Deno.readTextFile(`${temp}/report`);
    }
    const { code, files } = readReport(report);
    if (options.out !== undefined) await writeFiles(options.out, files);
    if (code === undefined) throw new Error("Cannot tell the exit code: the guest ended before its command");
    say(`ended with ${code} after ${seconds()}`);
    return code;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    await Deno.remove(temp, { recursive: true });
  }
}

async function concatenate(from: string[], to: string): Promise<void> {
  for (const path of from) {
    const source = await Deno.open(path);
    const target = await Deno.open(to, { create: true, append: true });
    await source.readable.pipeTo(target.writable);
  }
}

/** Lines of `begin`, `file NAME BASE64` and `exit CODE`. */
function readReport(text: string): Report {
  const files = new Map<string, Uint8Array>();
  let code: number | undefined;
  for (const line of text.split("\n")) {
    const [verb, name = "", base64 = ""] = line.trim().split(" ");
    if (verb === "file") files.set(name, Uint8Array.fromBase64(base64));
    if (verb === "exit") code = Number(name);
  }
  return { code, files };
}

async function writeFiles(folder: string, files: Map<string, Uint8Array>): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, bytes] of files) await Deno.writeFile(`${folder}/${name}`, bytes);
}
