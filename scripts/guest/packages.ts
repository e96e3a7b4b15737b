import { hasProgram, run, say } from "./run.ts";

/** Installs the Debian packages of the programs that are missing. */
export async function installMissing(packageOf: Record<string, string>): Promise<void> {
  const missing: string[] = [];
  for (const [program, names] of Object.entries(packageOf)) {
    if (!await hasProgram(program)) missing.push(...names.split(" "));
  }
  if (missing.length === 0) return;
  say(`installing ${missing.join(" ")}`);
  const install = ["install", "-y", "--no-install-recommends", ...missing];
  await asRoot("apt-get", install).catch(async () => {
    await asRoot("apt-get", ["update"]);
    await asRoot("apt-get", install);
  });
}

/**
 * The newest kernel image of a series that apt offers, such as `6.12.117+deb12-amd64` for `6.12`.
 *
 * The cloud flavour has no soft-RoCE, and the realtime one and the debug symbols are not wanted either.
 */
export async function newestKernel(series: string): Promise<string> {
  let releases = await knownKernels(series);
  if (releases.length === 0) {
    await asRoot("apt-get", ["update"]);
    releases = await knownKernels(series);
  }
  const newest = releases.at(-1);
  if (newest === undefined) throw new Error(`Cannot find a kernel ${series}: this system's apt offers none`);
  return newest;
}

/** Downloads a Debian package and unpacks it into `folder`, unless that exists. */
export async function unpackPackage(name: string, folder: string): Promise<void> {
  if (await Deno.stat(folder).catch(() => undefined) !== undefined) return;
  say(`downloading ${name}`);
  await Deno.mkdir(`${folder}/..`, { recursive: true });
  const temp = await Deno.makeTempDir({ dir: `${folder}/..`, prefix: "unpack-" });
  try {
    // As root, apt would download as its own user, who may not write here.
    const download = ["-o", "APT::Sandbox::User=root", "download", name];
    await run("apt-get", download, { cwd: temp }).catch(async () => {
      await asRoot("apt-get", ["update"]);
      await run("apt-get", download, { cwd: temp });
    });
    for await (const { name } of Deno.readDir(temp)) await run("dpkg", ["-x", `${temp}/${name}`, `${temp}/tree`]);
    await Deno.rename(`${temp}/tree`, folder);
  } finally {
    await Deno.remove(temp, { recursive: true });
  }
}

/** Downloads an npm package for any platform, and unpacks it into `folder`, unless that exists. */
export async function unpackNpm(spec: string, folder: string): Promise<void> {
  if (await Deno.stat(folder).catch(() => undefined) !== undefined) return;
  say(`downloading ${spec}`);
  await Deno.mkdir(`${folder}/..`, { recursive: true });
  const temp = await Deno.makeTempDir({ dir: `${folder}/..`, prefix: "unpack-" });
  try {
    const [{ filename }] = JSON.parse(await run("npm", ["pack", "--json", "--pack-destination", temp, spec]));
    await run("tar", ["-xzf", `${temp}/${filename}`, "-C", temp]);
    await Deno.rename(`${temp}/package`, folder);
  } finally {
    await Deno.remove(temp, { recursive: true });
  }
}

async function knownKernels(series: string): Promise<string[]> {
  const names = await run("apt-cache", ["pkgnames", `linux-image-${series}.`]);
  return names.split("\n")
    .map((name) => name.replace("linux-image-", ""))
    .filter((release) => /^[\d.]+\+[a-z0-9+]+-amd64$/.test(release))
    .sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
}

function asRoot(program: string, args: string[]): Promise<string> {
  return Deno.uid() === 0 ? run(program, args) : run("sudo", [program, ...args]);
}
