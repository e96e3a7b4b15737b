import { entryPoints, packageFields } from "../npm_package.ts";
import { run } from "./run.ts";

/** The ways of TypeScript to find a package. */
const RESOLUTIONS = { nodenext: "nodenext", bundler: "esnext" } as const;

/**
 * Type-checks a program that imports every entry point of the installed package, as strictly as the compiler can, the
 * package's own declarations included.
 *
 * @returns What the compiler finds, empty if nothing.
 */
export async function checkTypes(project: string): Promise<string> {
  const names = entryPoints.map(([name]) => packageFields.name + name.slice(1));
  const imports = names.map((name, i) => `import * as m${i} from "${name}";\nexport const n${i}: object = m${i};`);
  await Deno.writeTextFile(`${project}types.mts`, [...imports, USE].join("\n"));
  let found = "";
  for (const [moduleResolution, module] of Object.entries(RESOLUTIONS)) {
    const config = {
      files: ["types.mts"],
      compilerOptions: {
        target: "es2022",
        lib: ["es2023", "dom", "dom.asynciterable", "esnext.disposable"],
        types: ["node"],
        module,
        moduleResolution,
        strict: true,
        noEmit: true,
        skipLibCheck: false,
      },
    };
    const file = `${project}tsconfig.${moduleResolution}.json`;
    await Deno.writeTextFile(file, JSON.stringify(config));
    const { success, stdout } = await run([`${project}node_modules/.bin/tsc`, "-p", file], { timeout: 120_000 });
    if (!success) found += `${moduleResolution}:\n${stdout}`;
  }
  return found;
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
