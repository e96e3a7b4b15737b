import { hasProgram, run, say } from "./run.ts";

/** Installs the Debian packages whose program is missing. */
export async function installMissing(packageOf: Record<string, string>): Promise<void> {
  const missing: string[] = [];
  for (const [program, name] of Object.entries(packageOf)) if (!await hasProgram(program)) missing.push(name);
  if (missing.length === 0) return;
  say(`installing ${missing.join(" ")}`);
  const sudo = Deno.uid() === 0 ? [] : ["sudo"];
  const apt = [...sudo, "apt-get", "install", "-y", "--no-install-recommends", ...missing];
  await run("env", apt).catch(async () => {
    await run("env", [...sudo, "apt-get", "update"]);
    await run("env", apt);
  });
}

/**
 * The newest kernel image of a series that apt offers, such as `6.12.117+deb12-amd64` for `6.12`.
 *
 * The cloud flavour has no soft-RoCE, and the realtime one and the debug symbols are not wanted either.
 */
export async function newestKernel(series: string): Promise<string> {
  const names = await run("apt-cache", ["pkgnames", `linux-image-${series}.`]);
  const releases = names.split("\n")
    .map((name) => name.replace("linux-image-", ""))
    .filter((release) => /^[\d.]+\+[a-z0-9+]+-amd64$/.test(release))
    .sort(compareReleases);
  const newest = releases.at(-1);
  if (newest === undefined) throw new Error(`Cannot find a kernel ${series} by apt: try apt-get update`);
  return newest;
}

/** Downloads a Debian package and unpacks it into `folder`; does nothing where that exists. */
export async function unpackPackage(name: string, folder: string): Promise<void> {
  if (await Deno.stat(folder).catch(() => undefined) !== undefined) return;
  say(`downloading ${name}`);
  await Deno.mkdir(`${folder}/..`, { recursive: true });
  const temp = await Deno.makeTempDir({ dir: `${folder}/..`, prefix: "unpack-" });
  try {
    // As root, apt would rather download as its own user, who may not write here.
    const download = ["-o", "APT::Sandbox::User=root", "download", name];
    await run("apt-get", download, { cwd: temp }).catch(async () => {
      await run("env", [...Deno.uid() === 0 ? [] : ["sudo"], "apt-get", "update"]);
      await run("apt-get", download, { cwd: temp });
    });
    for await (const { name } of Deno.readDir(temp)) await run("dpkg", ["-x", `${temp}/${name}`, `${temp}/tree`]);
    await Deno.rename(`${temp}/tree`, folder);
  } finally {
    await Deno.remove(temp, { recursive: true });
  }
}

function compareReleases(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
