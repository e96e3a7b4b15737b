import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { NAMESPACES } from "../peers/network_namespace.ts";
import { assert, runFile, spawn, tempDir, test, type TestOptions } from "../runner/mod.ts";

/** As many as Deno has threads for calls that block. */
const CALLS = 32;
/** Milliseconds. An echo takes 1, and 4000 or more if it has to wait until one of the calls ends. */
const LONGEST = 1000;
const OPTIONS: TestOptions = {
  needs: ["read", "write", "env", "run", "python3", ...NAMESPACES],
};
const INET = new URL("../../inet/mod.ts", import.meta.url);
const SOCKET = new URL("../../socket/mod.ts", import.meta.url);
const DRIVER = fileURLToPath(new URL("blocked_threads.py", import.meta.url));
const RELAY = fileURLToPath(new URL("../../examples/relay.ts", import.meta.url));

const LOOKUP = "getaddrinfo(`name${clients}.example`, 80).catch(() => {})";

/** What a server does for its first client, and for each other one; `blocked_threads.py` measures the first. */
const SERVERS: Record<string, [first: string, other: string]> = {
  "lookups at a name server that never answers do not delay an echo": [
    "echoTo(conn)",
    LOOKUP,
  ],
  "lookups at a name server that never answers do not delay the reading of a file": [
    'echoTo(conn, () => readFile("/proc/self/stat"))',
    LOOKUP,
  ],
  "opens of a FIFO that nobody else opens do not delay an echo": ["echoTo(conn)", "open(process.argv.at(-1))"],
  "clients of a relay whose target is looked up in vain do not delay an established one": [
    "forward(conn)",
    "forward(conn)",
  ],
};
const sourceOf = (first: string, other: string) => `
import { open, readFile } from "node:fs/promises";
import process from "node:process";
import { getaddrinfo, TcpConn, TcpListener } from "${INET}";
import { relay } from "${SOCKET}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 7001 });
console.log("listening");
let clients = 0;
for await (const conn of listener) void (clients++ === 0 ? ${first} : ${other});
async function echoTo(conn, before = () => {}) {
  const buffer = new Uint8Array(64);
  for (let n; (n = await conn.read(buffer)) !== null; await conn.write(buffer.subarray(0, n))) await before();
}
async function forward(conn) {
  await relay(conn, await TcpConn.connect({ hostname: "target.example", port: 7000 }));
}
`;

/** In namespaces with another name server, which end with the first program in them. */
const ALONE = ["unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c"];
const SETUP = 'ip link set lo up && mount --bind "$1" /etc/resolv.conf && shift && exec "$@"';

async function assertUndelayed(command: (folder: string, fifo: string) => string[]): Promise<void> {
  using dir = tempDir();
  const [resolv, fifo] = [`${dir.path}/resolv.conf`, `${dir.path}/fifo`];
  writeFileSync(resolv, "nameserver 127.0.0.1\n");
  execFileSync("mkfifo", [fifo]);
  const [program = "", ...args] = [...ALONE, SETUP, "sh", resolv, "python3", DRIVER, String(CALLS)];
  await using driver = spawn(program, [...args, ...command(dir.path, fifo)]);
  const { stdout, stderr } = await driver.exit;
  assert(stdout !== "" && Number(stdout) < LONGEST, `the longest echo took ${stdout} ms\n${stderr}`);
}

for (const [name, [first, other]] of Object.entries(SERVERS)) {
  test(`${CALLS} ${name}`, OPTIONS, () =>
    assertUndelayed((folder, fifo) => {
      const file = `${folder}/program.mjs`;
      writeFileSync(file, sourceOf(first, other));
      return [...runFile(file), fifo];
    }));
}

test(`${CALLS} clients of relay.ts whose target is looked up in vain do not delay an established one`, {
  ...OPTIONS,
  skipOn: { node: "the examples are Deno programs", bun: "the examples are Deno programs" },
}, () => assertUndelayed(() => [...runFile(RELAY), "tcp:127.0.0.1:7001", "tcp:target.example:7000"]));
