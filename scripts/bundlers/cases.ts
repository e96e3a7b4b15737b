/** The bundlers, loaders and test runners to install. */
export const TOOLS = [
  "@arethetypeswrong/cli@0.18.5",
  "@rollup/plugin-node-resolve@16.0.3",
  "@types/node@22.20.7",
  "esbuild@0.28.2",
  "jest@30.5.2",
  "postject@1.0.0-alpha.6",
  "publint@0.3.25",
  "rollup@4.68.8",
  "ts-node@10.9.2",
  "tsx@4.23.15",
  "typescript@5.9.3",
  "vite@8.4.0",
  "vitest@5.1.2",
  "webpack-cli@7.3.1",
  "webpack@5.113.0",
];

/** One way to load the package. */
export interface Case {
  name: string;
  /** The project, by file. */
  files: Record<string, string>;
  /** The commands that build it. */
  build?: string[][];
  /** The folder that they write; its contents are moved elsewhere and run there. */
  output?: string;
  /** The programs that print `world`, or pass one test. */
  run: string[][];
}

const BODY = `
async function main() {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const client = await TcpConn.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  const server = await listener.accept();
  await server.write(new TextEncoder().encode("world"));
  const bytes = new Uint8Array(8);
  const text = new TextDecoder().decode(bytes.subarray(0, (await client.read(bytes)) ?? 0));
  for (const end of [client, server, listener]) end.close();
  return text;
}
`;
const IMPORT = `import { TcpConn, TcpListener } from "@berkeley/sockets/inet";\n`;
const REQUIRE = `const { TcpConn, TcpListener } = require("@berkeley/sockets/inet");\n`;
const PRINT = "void main().then((text) => console.log(text));\n";
const ESM = IMPORT + BODY + PRINT;
const CJS = REQUIRE + BODY + PRINT;
const TEST = `test("world", async () => expect(await main()).toBe("world"));\n`;

/**
 * All cases.
 *
 * @param runtimes The Nodes, the oldest first, and Bun.
 */
export function cases({ nodes, bun }: { nodes: string[]; bun: string }): Case[] {
  const [node = "", middle = "", newest = ""] = nodes;
  const bin = (name: string) => [node, `../node_modules/${name}`];
  const on = (program: string) => nodes.map((path) => [path, program]);
  const esbuild = ["../node_modules/.bin/esbuild", "program.mjs", "--bundle", "--platform=node"];
  return [
    { name: "require()", files: { "program.cjs": CJS }, run: on("program.cjs") },
    {
      name: "esbuild, ESM",
      files: { "program.mjs": ESM },
      build: [[...esbuild, "--format=esm", "--outfile=out/main.mjs"]],
      output: "out",
      run: on("main.mjs"),
    },
    {
      name: "esbuild, CommonJS",
      files: { "program.mjs": ESM },
      build: [[...esbuild, "--format=cjs", "--outfile=out/main.cjs"]],
      output: "out",
      run: on("main.cjs"),
    },
    {
      name: "webpack",
      files: {
        "program.mjs": ESM,
        "webpack.config.cjs": `module.exports = {
  mode: "production", target: "node", entry: "./program.mjs",
  output: { path: __dirname + "/out", filename: "main.cjs" },
};`,
      },
      build: [[...bin("webpack-cli/bin/cli.js")]],
      output: "out",
      run: on("main.cjs"),
    },
    {
      name: "rollup",
      files: { "program.mjs": ESM },
      build: [[
        ...bin("rollup/dist/bin/rollup"),
        "-p",
        "node-resolve",
        "-f",
        "es",
        "-o",
        "out/main.mjs",
        "program.mjs",
      ]],
      output: "out",
      run: on("main.mjs"),
    },
    {
      name: "vite, SSR",
      files: { "program.mjs": ESM, "vite.config.mjs": "export default { ssr: { noExternal: true } };" },
      build: [[...bin("vite/bin/vite.js"), "build", "--ssr", "program.mjs", "--outDir", "out"]],
      output: "out",
      run: [[node, "program.mjs"], [newest, "program.mjs"]],
    },
    {
      name: "bun build",
      files: { "program.mjs": ESM },
      build: [[bun, "build", "--target=node", "--outfile=out/main.mjs", "program.mjs"]],
      output: "out",
      run: [...on("main.mjs"), [bun, "main.mjs"]],
    },
    {
      name: "bun build --compile",
      files: { "program.mjs": ESM },
      build: [[bun, "build", "--compile", "--outfile=out/main", "program.mjs"]],
      output: "out",
      run: [["./main"]],
    },
    ...[middle, newest].map((host, i): Case => ({
      name: `Node SEA on ${["24", "26"][i]}`,
      files: {
        "program.mjs": ESM,
        "sea.json": '{ "main": "main.cjs", "output": "main.blob", "disableExperimentalSEAWarning": true }',
      },
      build: [
        [...esbuild, "--format=cjs", "--outfile=main.cjs"],
        [host, "--experimental-sea-config", "sea.json"],
        ["mkdir", "out"],
        ["cp", host, "out/main"],
        [
          ...bin("postject/dist/cli.js"),
          ...["out/main", "NODE_SEA_BLOB", "main.blob"],
          ...["--sentinel-fuse", "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2"],
        ],
      ],
      output: "out",
      run: [["./main"]],
    })),
    {
      name: "jest",
      files: {
        "world.test.mjs": IMPORT + BODY + TEST,
        "jest.config.mjs": 'export default { testMatch: ["**/*.mjs"], testPathIgnorePatterns: ["config"] };',
      },
      run: nodes.map((
        path,
      ) => [path, "--experimental-vm-modules", "--no-warnings", "../node_modules/jest/bin/jest.js"]),
    },
    {
      name: "vitest",
      files: { "world.test.mjs": 'import { expect, test } from "vitest";\n' + IMPORT + BODY + TEST },
      run: nodes.map((path) => [path, "../node_modules/vitest/vitest.mjs", "run"]),
    },
    {
      name: "tsx",
      files: { "program.ts": ESM },
      run: nodes.map((path) => [path, "../node_modules/tsx/dist/cli.mjs", "program.ts"]),
    },
    {
      name: "ts-node",
      files: {
        "program.ts": ESM,
        "tsconfig.json": '{ "compilerOptions": { "module": "nodenext", "target": "es2022" } }',
      },
      run: nodes.map((path) => [path, "../node_modules/ts-node/dist/bin.js", "--transpile-only", "program.ts"]),
    },
  ];
}
