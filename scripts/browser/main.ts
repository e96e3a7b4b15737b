/**
 * Proves that the pure code runs in a browser: headless Chromium imports every entry point of the built package that a
 * browser can use, and runs the suites of the codecs and the frames, with the seeds of their fuzzers. Then reports the
 * bundled size of each entry point.
 *
 * @module
 */
import * as esbuild from "esbuild";
import { Chromium } from "../chromium.ts";
import { config, entryPoints, packageFields, root } from "../npm_package.ts";
import { mustRun } from "../runtimes/run.ts";
import { writeSizes } from "./sizes.ts";

/** The suites that open no sockets. */
const SUITES = [
  "inet/sockaddr",
  "inet/text",
  "netlink/codec",
  "netlink/fuzz",
  "rpc/frame",
  "rpc/frame_fuzz",
  "rpc/frame_property",
  "rpc/frame_stream",
  "socket/control_message",
  "unix/sockaddr_un",
];
/** Milliseconds for all of them. */
const TIMEOUT = 120_000;

if (Deno.args.some((arg) => arg !== "--write")) {
  console.log("Usage: deno task test:browser [--write]\n\n--write puts the table of sizes into docs/runtimes.md.");
  Deno.exit(Deno.args.includes("--help") ? 0 : 2);
}
await mustRun([Deno.execPath(), "run", "-A", "scripts/build_npm.ts"], { cwd: root, timeout: 300_000 });
const files = SUITES.map((name) => `${root}tests/${name}_test.ts`);
const entries = entryPoints.filter(([name]) => !["./node", "./smc_run"].includes(name)).map(([name]) =>
  packageFields.name + name.slice(1)
);
const { outputFiles: [script] } = await esbuild.build({
  stdin: {
    contents: [...entries, ...files, `${root}scripts/browser/page.mjs`].map((file) => `import "${file}";`).join("\n"),
    resolveDir: root,
  },
  bundle: true,
  write: false,
  format: "esm",
  target: "es2022",
  plugins: [{ name: "the package, in a browser", setup: resolveForBrowser }],
});
const { counts, failures } = await runInChromium(new Uint8Array(script?.contents ?? []));
for (const failure of failures) console.error(failure);
console.log(
  `${entries.length} entry points in Chromium: ${counts.passed} passed, ${counts.skipped} skipped, ${counts.failed} failed`,
);
const tooLarge = await writeSizes(Deno.args.includes("--write"));
if (tooLarge !== undefined) console.error(tooLarge);
Deno.exit(counts.failed > 0 || counts.passed === 0 || tooLarge !== undefined ? 1 : 0);

function resolveForBrowser({ onResolve, resolve }: esbuild.PluginBuild): void {
  const imports: Record<string, string> = config.imports;
  const stubs: Record<string, string> = { "node:test": "test.mjs", "node:buffer": "buffer.mjs" };
  onResolve({ filter: /^node:/ }, ({ path }) => ({ path: `${root}scripts/browser/${stubs[path] ?? "stub.cjs"}` }));
  onResolve({ filter: /^@berkeley\/sockets/ }, ({ path }) => {
    const entry = entryPoints.find(([name]) => packageFields.name + name.slice(1) === path);
    return { path: `${root}npm/${entry?.[1].replace(/\.ts$/, ".js")}` };
  });
  onResolve({ filter: /^@std\/|^fast-check$/ }, ({ path, kind }) => {
    const npm = imports[path]?.match(/^npm:((?:@[^/]+\/)?[^@/]+)@[^/]+(.*)$/);
    return resolve(`${root}node_modules/${npm?.[1]}${npm?.[2]}`, { kind, resolveDir: root });
  });
  onResolve({ filter: /^\..*\.ts$/ }, ({ path, resolveDir }) => {
    const file = new URL(path, `file://${resolveDir}/`).pathname;
    const inLibrary = !file.startsWith(`${root}tests/`) && !file.startsWith(`${root}scripts/`);
    return { path: inLibrary ? `${root}npm/${file.slice(root.length).replace(/\.ts$/, ".js")}` : file };
  });
}

interface Report {
  counts: { passed: number; skipped: number; failed: number };
  failures: string[];
}

async function runInChromium(script: Uint8Array<ArrayBuffer>): Promise<Report> {
  const reported = Promise.withResolvers<Report>();
  await using server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname } = new URL(request.url);
    if (pathname === "/result") reported.resolve(await request.json());
    const isScript = pathname === "/page.js";
    const body = isScript ? script : `<!doctype html><title>tests</title><script type="module" src="page.js"></script>`;
    return new Response(body, { headers: { "content-type": isScript ? "text/javascript" : "text/html" } });
  });
  await using chromium = await Chromium.launch();
  await chromium.call("Page.navigate", { url: `http://127.0.0.1:${server.addr.port}/` });
  const timer = setTimeout(
    () => reported.reject(new Error(`Chromium told no result within ${TIMEOUT / 1000} s`)),
    TIMEOUT,
  );
  try {
    return await reported.promise;
  } finally {
    clearTimeout(timer);
  }
}
