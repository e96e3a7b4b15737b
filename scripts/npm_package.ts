/**
 * The description of the npm package, for both builders.
 *
 * @module
 */

interface DenoConfig {
  name: string;
  version: string;
  license: string;
  description?: string;
  exports: Record<string, string>;
  imports: Record<string, string>;
}

/** Absolute path of the repository, with a slash at its end. */
export const root: string = new URL("..", import.meta.url).pathname;

/** What `deno.json` says about the package. */
export const config: DenoConfig = JSON.parse(Deno.readTextFileSync(`${root}deno.json`));

/** The name of each export, and its source file. */
export const entryPoints: [name: string, file: string][] = Object.entries(config.exports)
  .map(([name, file]) => [name, file.replace("./", "")]);

/** Files that the package has besides the compiled ones. */
export const documents: string[] = ["README.md", "CHANGELOG.md", "LICENSE"];

/** Where the sources are. */
export const REPOSITORY: string = "https://github.com/berkeley/sockets";

/**
 * A document as the package has it: its links to the repository's files become absolute, as the package lacks those.
 */
export function withAbsoluteLinks(markdown: string): string {
  return markdown.replaceAll(
    /(!\[[^\]]*)?\]\((?!https?:|#)([^)]+)\)/g,
    (_, image: string | undefined, path: string) => {
      return `${image ?? ""}](${REPOSITORY}/${image === undefined ? "blob" : "raw"}/main/${path})`;
    },
  );
}

/** The fields of `package.json` that do not follow from the source. */
export const packageFields = {
  name: config.name,
  version: config.version,
  description: "Berkeley sockets for Deno, Node and Bun: every address family of the kernel, SMC and SEQPACKET too",
  keywords: ["socket", "tcp", "udp", "unix", "seqpacket", "raw", "smc", "af_smc", "rpc", "ffi"],
  license: config.license,
  type: "module",
  sideEffects: ["./smc_run/mod.js"],
  repository: { type: "git", url: `git+${REPOSITORY}.git` },
  homepage: `${REPOSITORY}#readme`,
  bugs: `${REPOSITORY}/issues`,
  // No `os`: codecs, frames, and RPC over the runtime's own sockets work anywhere.
  engines: { node: ">=22.13", bun: ">=1.2", deno: ">=2.7.12" },
  // Node before 26.9 has no built-in FFI, or only behind a flag.
  peerDependencies: { koffi: "^3.3.4" },
  peerDependenciesMeta: { koffi: { optional: true } },
};

/** The whole `package.json`, for compiled files in the same folders as the sources. */
export function packageJson(): Record<string, unknown> {
  const exports = entryPoints.map(([name, file]) => {
    const module = `./${file.replace(/\.ts$/, "")}`;
    return [name, { types: `${module}.d.ts`, default: `${module}.js` }];
  });
  return {
    ...packageFields,
    exports: { ...Object.fromEntries(exports), "./package.json": "./package.json" },
  };
}
