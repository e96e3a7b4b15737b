/**
 * Runs a command as on a machine that has none of the programs that tests compare with: with a PATH that hides them.
 *
 * ```text
 * deno run -A scripts/bare.ts deno test -A
 * ```
 *
 * @module
 */
import { PACKAGES } from "../tests/runner/tools.ts";

const [program, ...args] = Deno.args;
if (program === undefined || program.startsWith("-")) {
  console.log("Usage: deno run -A scripts/bare.ts COMMAND [ARGUMENT...]\n\nRuns COMMAND with a PATH that hides tools.");
  Deno.exit(program === "--help" ? 0 : 2);
}
const HIDDEN = new RegExp(
  `^(?:${Object.keys(PACKAGES).join("|")}|.*gcc.*|.*python.*|qemu-.*|c[89]9|g\\+\\+|c\\+\\+|nc\\..*|ping6|tcpdump)$`,
);

const folder = await Deno.makeTempDir({ prefix: "bare-" });
try {
  await Deno.chmod(folder, 0o755); // programs that a test starts as another user look there, too
  for (const path of (Deno.env.get("PATH") ?? "").split(":").filter(Boolean)) await link(path);
  const { code } = await new Deno.Command(program === "deno" ? Deno.execPath() : program, {
    args,
    env: { PATH: folder },
  }).spawn().status;
  Deno.exitCode = code;
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Links the programs in a folder of PATH, except the hidden ones and those that an earlier folder had. */
async function link(path: string): Promise<void> {
  const entries = await Array.fromAsync(Deno.readDir(path)).catch(() => []); // PATH may name a missing folder
  for (const { name, isDirectory } of entries) {
    if (isDirectory || HIDDEN.test(name)) continue;
    await Deno.symlink(`${path}/${name}`, `${folder}/${name}`).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  }
}
