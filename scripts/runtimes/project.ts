import { rm } from "node:fs/promises";
import { root } from "../npm_package.ts";
import { mustRun } from "./run.ts";
import { cache, KOFFI } from "./runtime.ts";

/** What a user's program needs besides the package, and the oldest compiler that accepts its types. */
const DEPENDENCIES = [`koffi@${KOFFI}`, "typescript-5.9@npm:typescript@5.9.3"];
/** What the tests need: the compiler, and what `deno.json` maps the names in the tests to. */
const DEV_DEPENDENCIES = [
  "typescript",
  "@types/node",
  "fast-check",
  "@std/assert",
  "@hono/node-server",
  "dbus-native",
  "etcd3",
  "express",
  "fastify",
  "hono",
  "ioredis",
  "pg",
  "postgres",
  "redis",
  "undici",
].map(fromDenoConfig);

/**
 * Makes an empty project and installs the tarball of the package in it.
 *
 * @returns The project's folder, with a slash at its end.
 */
export async function makeProject(): Promise<string> {
  const project = `${cache}project/`;
  await rm(project, { recursive: true, force: true });
  await Deno.mkdir(project, { recursive: true });
  await Deno.writeTextFile(`${project}package.json`, '{ "private": true, "type": "module" }\n');
  const [tarball] = JSON.parse(await mustRun(["npm", "pack", "--json", "--pack-destination", cache, `${root}npm`]));
  const packages = [`${cache}${tarball.filename}`, ...DEPENDENCIES, ...DEV_DEPENDENCIES];
  await mustRun(["npm", "install", "--prefer-offline", "--no-audit", "--no-fund", ...packages], {
    cwd: project,
    timeout: 300_000,
  });
  return project;
}

/** The name and the version that `deno.json` maps a name to, in npm's form. */
function fromDenoConfig(name: string): string {
  const target: string = JSON.parse(Deno.readTextFileSync(`${root}deno.json`)).imports[name];
  return target.match(/^npm:((?:@[^/]+\/)?[^/]+)/)?.[1] ?? name;
}
