import { entryPoints, packageFields } from "../npm_package.ts";
import { run } from "./run.ts";

/** The compilers, by their packages in the project: the oldest that the README names, and today's. */
const COMPILERS = ["typescript-5.9", "typescript"];

/** The ways of TypeScript to find a package, and the extensions of the programs: `.cts` is CommonJS. */
const MODULES = [
  { moduleResolution: "nodenext", module: "nodenext", extensions: ["mts", "cts"] },
  { moduleResolution: "bundler", module: "esnext", extensions: ["mts"] },
] as const;

/** The types that a program may have: those of Node, or only those of the language and the Web. */
const SETTINGS = {
  "with the types of Node": { types: ["node"], lib: ["es2023", "dom", "dom.asynciterable", "esnext.disposable"] },
  "without the types of Node": { types: [], lib: ["es2022", "dom"] },
};

/**
 * Type-checks a program that imports every entry point of the installed package, as strictly as the compiler can, the
 * package's own declarations included. Without the types of Node, every entry point except `/node` must work.
 *
 * @returns The compiler's errors; empty if there are none.
 */
export async function checkTypes(project: string): Promise<string> {
  let found = "";
  for (const [name, { types, lib }] of Object.entries(SETTINGS)) {
    const withNode = types.length > 0;
    for (const { moduleResolution, module, extensions } of MODULES) {
      for (const extension of extensions) {
        await Deno.writeTextFile(`${project}types.${extension}`, importing(withNode, extension));
      }
      const config = {
        files: extensions.map((extension) => `types.${extension}`),
        compilerOptions: {
          target: "es2022",
          lib,
          types,
          module,
          moduleResolution,
          strict: true,
          exactOptionalPropertyTypes: true,
          noUncheckedIndexedAccess: true,
          noEmit: true,
          skipLibCheck: false,
        },
      };
      const file = `${project}tsconfig.json`;
      await Deno.writeTextFile(file, JSON.stringify(config));
      await Promise.all(COMPILERS.map(async (compiler) => {
        const tsc = ["node", `${project}node_modules/${compiler}/lib/tsc.js`, "-p", file];
        const { success, stdout } = await run(tsc, { timeout: 120_000 });
        if (!success) found += `${compiler}, ${moduleResolution}, ${name}:\n${stdout}`;
      }));
    }
  }
  return found;
}

function importing(withNode: boolean, extension: "mts" | "cts"): string {
  const names = entryPoints.map(([name]) => name).filter((name) => withNode || name !== "./node");
  const imports = names.map((name, i) => {
    const specifier = `"${packageFields.name}${name.slice(1)}"`;
    const statement = extension === "mts"
      ? `import * as m${i} from ${specifier}`
      : `import m${i} = require(${specifier})`;
    return `${statement};\nexport const n${i}: object = m${i};`;
  });
  const inet = names.indexOf("./inet"), node = names.indexOf("./node");
  return [...imports, useOf(`m${inet}`), withNode ? useWithNode(`m${inet}`, `m${node}`) : ""].join("\n");
}

/** These lines are right or wrong only if the types are found, as an editor needs them. */
function useOf(inet: string): string {
  return `
export async function use(listener: InstanceType<typeof ${inet}.TcpListener>): Promise<number | null> {
  const conn: InstanceType<typeof ${inet}.TcpConn> = await listener.accept({ timeout: 5 });
  // @ts-expect-error a port is a number
  ${inet}.TcpListener.listen({ port: "0" });
  return await conn.read(new Uint8Array(8));
}`;
}

/**
 * Beside the DOM library, `Readable.fromWeb()` of `@types/node` takes no web stream, `response.body` neither; the package's
 * own stream does not need it.
 */
function useWithNode(inet: string, node: string): string {
  return `
export function read(conn: InstanceType<typeof ${inet}.TcpConn>): AsyncIterable<Uint8Array> {
  return new ${node}.NodeStream(conn);
}`;
}
