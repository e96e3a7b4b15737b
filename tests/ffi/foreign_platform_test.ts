import { readFileSync } from "node:fs";
import { assertEquals, onDeno, spawnScript, test } from "../runner/mod.ts";

/** Every entry point in `deno.json`. */
const MODULES = [
  new URL("../../mod.ts", import.meta.url),
  new URL("../../alg/mod.ts", import.meta.url),
  new URL("../../socket/blocking/mod.ts", import.meta.url),
  new URL("../../bluetooth/mod.ts", import.meta.url),
  new URL("../../can/mod.ts", import.meta.url),
  new URL("../../dictionary/mod.ts", import.meta.url),
  new URL("../../ffi/mod.ts", import.meta.url),
  new URL("../../inet/mod.ts", import.meta.url),
  new URL("../../netlink/mod.ts", import.meta.url),
  new URL("../../netlink/diag/mod.ts", import.meta.url),
  new URL("../../netlink/route/mod.ts", import.meta.url),
  new URL("../../node/mod.ts", import.meta.url),
  new URL("../../packet/mod.ts", import.meta.url),
  new URL("../../rpc/mod.ts", import.meta.url),
  new URL("../../sctp/mod.ts", import.meta.url),
  new URL("../../smc/mod.ts", import.meta.url),
  new URL("../../smc_run/mod.ts", import.meta.url),
  new URL("../../socket/mod.ts", import.meta.url),
  new URL("../../tipc/mod.ts", import.meta.url),
  new URL("../../tun/mod.ts", import.meta.url),
  new URL("../../unix/mod.ts", import.meta.url),
  new URL("../../vsock/mod.ts", import.meta.url),
];

/** They use Node's own modules, which a browser lacks. */
const FOR_NODE = /\/(?:node|smc_run)\/mod\.\w+$/;

const INET = new URL("../../inet/mod.ts", import.meta.url);

/**
 * Makes the program look as if it ran on another platform, then imports everything, uses a codec, and opens a socket.
 */
function elsewhere(disguise: string): string {
  const modules = disguise === BROWSER ? MODULES.filter(({ pathname }) => !FOR_NODE.test(pathname)) : MODULES;
  return `
    const isDeno = "Deno" in globalThis;
    ${disguise}
    for (const module of ${JSON.stringify(modules)}) await import(module);
    const { encodeInetSockaddr, parseNetAddr, TcpListener } = await import("${INET}");
    console.log(encodeInetSockaddr(parseNetAddr("127.0.0.1:80")).length);
    try {
      TcpListener.listen({ port: 0 });
    } catch (error) {
      console.log(error.message);
    }
  `;
}

function named(os: string, arch: string): string {
  const [node, nodeArch] = [os === "windows" ? "win32" : os, arch === "aarch64" ? "arm64" : "x64"];
  return `
    const fake = (object, name, value) => Object.defineProperty(object, name, { value, configurable: true });
    if (isDeno) fake(Deno, "build", { os: "${os}", arch: "${arch}" });
    else (fake(process, "platform", "${node}"), fake(process, "arch", "${nodeArch}"));
  `;
}

const BROWSER = `
  for (const name of ["Deno", "Bun", "process"]) Object.defineProperty(globalThis, name, { value: undefined });
`;

const PLATFORMS: [name: string, disguise: string, shown: string][] = [
  ["macOS", named("darwin", "aarch64"), "darwin aarch64"],
  ["Windows", named("windows", "x86_64"), "windows x86_64"],
  ["FreeBSD", named("freebsd", "x86_64"), "freebsd x86_64"],
  ["a browser", BROWSER, "unknown unknown"],
];

for (const [name, disguise, shown] of PLATFORMS) {
  test(
    `every module can be imported on ${name}, and opening a socket says that it cannot`,
    { needs: ["run", "env"], skipOn: disguise === BROWSER ? { bun: "Bun's own global cannot be taken away" } : {} },
    async () => {
      await using program = spawnScript(elsewhere(disguise));
      const { code, stdout, stderr } = await program.exit;
      assertEquals(code, 0, stderr);
      assertEquals(
        stdout,
        "16\nCannot open libc: the library opens sockets only on Linux on x86-64 and aarch64: " +
          `current platform is ${shown}\n`,
      );
    },
  );
}

onDeno("it reads the sources, which the package lacks")("the list of modules is that of deno.json", {
  needs: ["read"],
}, () => {
  const config = new URL("../../deno.json", import.meta.url);
  const { exports } = JSON.parse(readFileSync(config, "utf8")) as { exports: Record<string, string> };
  assertEquals(MODULES.map(({ href }) => href), Object.values(exports).map((file) => new URL(file, config).href));
});
