import { entryPoints, packageFields } from "../npm_package.ts";
import { mustRun, run } from "./run.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Imports every entry point of the installed package by its name, and opens a socket; then the same program as one file,
 * as a bundler makes it.
 *
 * @returns What went wrong; empty if nothing did.
 */
export async function checkImports(runtimes: readonly Runtime[], project: string): Promise<string[]> {
  const program = `${project}imports.mjs`;
  const names = entryPoints.map(([entry]) => packageFields.name + entry.slice(1));
  await Deno.writeTextFile(program, names.map((entry) => `await import("${entry}");`).join("\n") + USE);
  const bundle = `${project}bundle/imports.mjs`;
  const bundler = runtimes.find(({ kind }) => kind === "bun")?.command ?? ["bun"];
  await mustRun([...bundler, "build", "--target=node", `--outfile=${bundle}`, program]);
  const faults: string[] = [];
  for (const { name, kind, command } of runtimes) {
    for (const file of [program, bundle]) {
      const { success, stdout, stderr } = await run([...command, ...kind === "deno" ? ["run", "-A"] : [], file]);
      if (!success || stdout !== "world\n") faults.push(`${file} on ${name}: ${stdout}${stderr}`);
    }
  }
  return faults;
}

const USE = `
const { TcpConn, TcpListener } = await import("${packageFields.name}/inet");
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
const client = await TcpConn.connect({ hostname: "localhost", port: listener.addr.port });
const server = await listener.accept();
await server.write(new TextEncoder().encode("world"));
const bytes = new Uint8Array(8);
console.log(new TextDecoder().decode(bytes.subarray(0, await client.read(bytes))));
for (const end of [client, server, listener]) end.close();
`;

/**
 * Opens a socket on a Node that has no FFI, without koffi.
 *
 * @returns What went wrong; empty if the error says what to install.
 */
export async function checkWithoutKoffi(node: Runtime, project: string): Promise<string> {
  const koffi = `${project}node_modules/koffi`;
  await Deno.rename(koffi, `${koffi}.away`);
  try {
    const { success, stderr } = await run([...node.command, `${project}imports.mjs`]);
    return !success && stderr.includes("npm install koffi") ? "" : `without koffi: ${stderr}`;
  } finally {
    await Deno.rename(`${koffi}.away`, koffi);
  }
}
