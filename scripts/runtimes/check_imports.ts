import { entryPoints, packageFields } from "../npm_package.ts";
import { run } from "./run.ts";
import type { Runtime } from "./runtime.ts";

/**
 * Imports every entry point of the installed package by its name, and opens a socket.
 *
 * @returns What went wrong, empty if nothing.
 */
export async function checkImports({ name, kind, command }: Runtime, project: string): Promise<string> {
  const file = `${project}imports.mjs`;
  const names = entryPoints.map(([entry]) => packageFields.name + entry.slice(1));
  await Deno.writeTextFile(file, names.map((entry) => `await import("${entry}");`).join("\n") + USE);
  const { success, stdout, stderr } = await run([...command, ...kind === "deno" ? ["run", "-A"] : [], file]);
  return success && stdout === "world\n" ? "" : `imports on ${name}: ${stdout}${stderr}`;
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
 * Opens a socket on a Node that has no FFI, with koffi taken away.
 *
 * @returns What went wrong, empty if the error says what to install.
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
