import { entryPoints, packageFields } from "../npm_package.ts";
import { run } from "./run.ts";

/** The ways of TypeScript to find a package. */
const RESOLUTIONS = { nodenext: "nodenext", bundler: "esnext" } as const;

/** What a program may have: the types of Node, or nothing but the language and the Web. */
const SETTINGS = {
  "with the types of Node": { types: ["node"], lib: ["es2023", "dom", "dom.asynciterable", "esnext.disposable"] },
  "without the types of Node": { types: [], lib: ["es2022", "dom"] },
};

/**
 * Type-checks a program that imports every entry point of the installed package, as strictly as the compiler can, the
 * package's own declarations included. Without the types of Node all but `/node` must do.
 *
 * @returns What the compiler finds, empty if nothing.
 */
export async function checkTypes(project: string): Promise<string> {
  let found = "";
  for (const [name, { types, lib }] of Object.entries(SETTINGS)) {
    const program = `types_${types.length}.mts`;
    await Deno.writeTextFile(project + program, importing(types.length > 0 ? [] : ["./node"]));
    for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
      const config = {
        files: [program],
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
      const file = `${project}tsconfig.${moduleResolution}_${types.length}.json`;
      await Deno.writeTextFile(file, JSON.stringify(config));
      const { success, stdout } = await run([`${project}node_modules/.bin/tsc`, "-p", file], { timeout: 120_000 });
      if (!success) found += `${moduleResolution}, ${name}:\n${stdout}`;
    }
  }
  return found;
}

function importing(without: string[]): string {
  const names = entryPoints.map(([name]) => name).filter((name) => !without.includes(name));
  const imports = names.map((name, i) => {
    return `import * as m${i} from "${packageFields.name}${name.slice(1)}";\nexport const n${i}: object = m${i};`;
  });
  return [...imports, USE].join("\n");
}

/** What an editor must know: these lines are wrong, or right, only where the types came through. */
const USE = `
import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
const listener: TcpListener = TcpListener.listen({ port: 0 });
const conn: TcpConn = await listener.accept({ timeout: 5 });
const n: number | null = await conn.read(new Uint8Array(8));
// @ts-expect-error a port is a number
TcpListener.listen({ port: "0" });
export { n };
`;
