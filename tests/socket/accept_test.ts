import { readFileSync } from "node:fs";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { deno } from "../peers/deno_program.ts";
import { assert, assertEquals, onDeno, type Permission, tempDir, test } from "../runner/mod.ts";
import { processorTicks } from "./process_times.ts";

const denoTest = onDeno("it starts Deno");

const needs: Permission[] = ["run", "read", "write", "env"];
const INET = new URL("../../inet/mod.ts", import.meta.url);
const SOCKET = new URL("../../socket/mod.ts", import.meta.url);

/** Serves one byte to each of `count` connections, and ends. */
const SERVER = (count: number, before = "") => `
import { TcpListener } from "${INET}";
import { Socket } from "${SOCKET}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
console.log(listener.addr.port);
${before}
for (let i = 0; i < ${count}; i++) {
  using conn = await listener.accept();
  await conn.write(new Uint8Array([i]));
}
listener.close();
console.log("served");
`;

/** Prints a client's byte, or why there is none. */
async function fetchByte(port: number): Promise<number | string> {
  using conn = await TcpConn.connect({ port, timeout: 20_000 });
  const buffer = new Uint8Array(1);
  return await conn.read(buffer, { timeout: 20_000 }) === null ? "end" : buffer[0] ?? "none";
}

// strace injects what the kernel rarely answers: the call is not made, and errno is set.
const ERRORS = ["ECONNABORTED", "EPROTO", "EINTR", "ENETDOWN", "EHOSTUNREACH", "EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"];
for (const error of ERRORS) {
  const name = `accept() goes on after ${error}`;
  denoTest(name, { needs: [...needs, "strace"] }, async () => {
    const inject = `inject=accept4:error=${error}:when=1..3`;
    await using program = deno(SERVER(2), { under: ["strace", "-f", "-e", "trace=accept4", "-e", inject] });
    const port = Number(await program.line());
    assertEquals([await fetchByte(port), await fetchByte(port)], [0, 1]);
    const { code, stdout, stderr } = await program.exit;
    assertEquals([code, stdout], [0, `${port}\nserved\n`], stderr);
    assertEquals(stderr.match(/\(INJECTED\)/g)?.length, 3, stderr);
  });
}

const CLIENTS = 300;

// The program takes every descriptor there is, and closes them after a while.
const CROWDED = SERVER(
  CLIENTS,
  `
  Deno.addSignalListener("SIGUSR2", () => {}); // otherwise Deno opens a pipe for signals later, and panics if it cannot
  const taken = [];
  listener.accept({ timeout: 1 }).catch(() => {}); // opens the poller
  await new Promise((resolve) => setTimeout(resolve, 50));
  try {
    for (;;) taken.push(Socket.open(2, 2));
  } catch (error) {
    console.log(error.code, taken.length);
  }
  setTimeout(() => taken.forEach((socket) => socket.close()), 4000);
  `,
);

denoTest(
  "accept() without free descriptors neither spins nor dies, and goes on when there are some",
  { needs },
  async () => {
    await using program = deno(CROWDED, { under: ["prlimit", "--nofile=256:256"] });
    const port = Number(await program.line());
    const [code, taken] = (await program.line() ?? "").split(" ");
    assertEquals(code, "EMFILE");
    assert(Number(taken) > 100);
    const answers = Promise.all(Array.from({ length: CLIENTS }, () => fetchByte(port)));
    await pause(1000);
    const before = processorTicks(program.pid);
    await pause(2000);
    const ticks = processorTicks(program.pid) - before;
    assert(ticks <= 6, `${ticks} ticks of 10 ms in 2 s`);
    assertEquals((await answers).sort((a, b) => Number(a) - Number(b)).length, CLIENTS);
    const exit = await program.exit;
    assertEquals([exit.code, exit.stdout.split("\n").at(-2)], [0, "served"], exit.stderr);
  },
);

denoTest(
  "accept() without free descriptors asks the kernel now and then only",
  { needs: [...needs, "strace"] },
  async () => {
    using dir = tempDir();
    const log = `${dir.path}/calls`;
    const under = ["prlimit", "--nofile=256:256", "strace", "-f", "-o", log, "-e", "trace=accept4"];
    await using program = deno(CROWDED, { under });
    const port = Number(await program.line());
    await program.line();
    const answers = Promise.all(Array.from({ length: CLIENTS }, () => fetchByte(port)));
    await pause(1500); // every client has connected: each was an event, and may have caused an attempt
    const before = refusals(log);
    await pause(2000);
    const tries = refusals(log) - before;
    assert(tries > 0 && tries <= 8, `${tries} tries in 2 s`);
    assertEquals((await answers).length, CLIENTS);
    assertEquals((await program.exit).code, 0);
  },
);

test("a connection that was reset before accept() is returned all the same, or skipped", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const gone = await TcpConn.connect(listener.addr);
  gone.setLinger(0);
  gone.close();
  using client = await TcpConn.connect(listener.addr);
  const buffer = new Uint8Array(8);
  for (;;) {
    using server = await listener.accept({ timeout: 5000 });
    if (server.remoteAddr.port !== client.localAddr.port) continue;
    await client.write(new Uint8Array([1, 2, 3]));
    assertEquals(await server.read(buffer), 3);
    return;
  }
});

function refusals(log: string): number {
  return readFileSync(log, "utf8").match(/EMFILE/g)?.length ?? 0;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
