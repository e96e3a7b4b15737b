import { runtime } from "../../ffi/platform.ts";
import { assert, assertEquals, isRingRefused, spawnFile, spawnScript, test } from "../runner/mod.ts";

const INET = new URL("../../inet/mod.ts", import.meta.url);

// What a program does while a connection is waited for; the outcome follows each.
const BEGIN = `
import { TcpConn, TcpListener } from "${INET}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
const accepted = listener.accept().catch((error) => console.log(error.code));
`;

const needs = ["run", "env", "read", "write"] as const;

async function outputOf(
  script: string,
  start = spawnFile,
): Promise<{ code: number | null; stdout: string; took: number }> {
  const begin = performance.now();
  await using program = start(script);
  const { code, stdout } = await program.exit;
  return { code, stdout, took: performance.now() - begin };
}

test("a name is looked up in a program without a file", { needs: [...needs] }, async () => {
  const script = `import { TcpConn } from "${INET}";
    await TcpConn.connect({ hostname: "no-such-host.invalid", port: 1 }).catch(({ code }) => console.log(code));`;
  const { stdout } = await outputOf(script, spawnScript);
  assert(stdout === "EAI_NONAME\n" || stdout === "EAI_AGAIN\n", stdout);
});

test("process.exit() ends a program that waits", { needs: [...needs] }, async () => {
  const { code, took } = await outputOf(`${BEGIN} setTimeout(() => process.exit(7), 100);`);
  assertEquals(code, 7);
  assert(took < 5000);
});

for (
  const [how, end, code] of [["by itself", "", 0], [
    "by process.exit()",
    "setTimeout(() => process.exit(7), 50);",
    7,
  ]] as const
) {
  test(`a program that ends ${how} while data arrives is not aborted`, { needs: [...needs] }, async () => {
    const ended = await outputOf(`
      import process from "node:process";
      import { TcpConn, TcpListener } from "${INET}";
      const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
      const [left, right] = await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
      for (const each of [listener, left, right]) each.unref();
      void left.read(new Uint8Array(8));
      process.on("exit", () => {
        right.write(new Uint8Array(8)); // readable, and nobody comes to read it
        void right.read(new Uint8Array(8));
        left.write(new Uint8Array(8));
      });
      ${end}
    `);
    assertEquals(ended.code, code);
  });
}

test("a program that ends during a lookup is not aborted", { needs: [...needs] }, async () => {
  const { code } = await outputOf(`
    import process from "node:process";
    import { getaddrinfo } from "${INET}";
    for (let i = 0; i < 8; i++) getaddrinfo("no-such-host-" + i + ".invalid").catch(() => {});
    setTimeout(() => process.exit(7), 1);
  `);
  assertEquals(code, 7);
});

test("a thrown error ends a program that waits", { needs: [...needs] }, async () => {
  const { code, took } = await outputOf(`${BEGIN} setTimeout(() => { throw new Error("boom"); }, 100);`);
  assertEquals(code, 1);
  assert(took < 5000);
});

test("closing the socket that the program waits for ends the program", { needs: [...needs] }, async () => {
  const { code, stdout } = await outputOf(`${BEGIN} setTimeout(() => listener.close(), 100);`);
  assertEquals([code, stdout], [0, "EBADF\n"]);
});

test("a program that waits uses no processor time", { needs: [...needs] }, async () => {
  const { stdout } = await outputOf(`${BEGIN}
    const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    await pause(300);
    const before = process.cpuUsage();
    await pause(1000);
    const { user, system } = process.cpuUsage(before);
    console.log((user + system) / 1000);
    process.exit(0);
  `);
  assert(Number(stdout) < 50, `${stdout} ms of processor time in a second`);
});

const THREAD = `
import { parentPort } from "node:worker_threads";
import process from "node:process";
import { TcpConn, TcpListener } from "${INET}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
const client = await TcpConn.connect({ hostname: "localhost", port: listener.addr.port });
const server = await listener.accept();
setTimeout(() => client.write(new Uint8Array(3)), 20);
const n = await server.read(new Uint8Array(8));
`;

const IN_THREAD = (rest: string, main: string) => `
import { Worker } from "node:worker_threads";
const source = ${JSON.stringify(THREAD + rest)};
const worker = new Worker(new URL("data:text/javascript," + encodeURIComponent(source)), { execArgv: [] });
worker.on("error", (error) => console.log(error));
const gone = new Promise((resolve) => worker.once("exit", resolve));
worker.on("message", ${main});
await gone;
console.log("the program goes on");
process.exit(0);
`;

test("sockets work in a Worker, which ends", { needs: [...needs] }, async () => {
  const rest =
    "for (const end of [listener, client, server]) end.close(); parentPort.postMessage(n); setTimeout(() => process.exit(0), 50);";
  const { code, stdout } = await outputOf(IN_THREAD(rest, "(n) => console.log(n)"));
  assertEquals([code, stdout], [0, "3\nthe program goes on\n"]);
});

test("a Worker that waits can be terminated", { needs: [...needs] }, async () => {
  const rest = "server.read(new Uint8Array(1)); setTimeout(() => parentPort.postMessage(n), 100);";
  const { code, stdout } = await outputOf(IN_THREAD(rest, "(n) => { console.log(n); worker.terminate(); }"));
  assertEquals([code, stdout], [0, "3\nthe program goes on\n"]);
});

test("waiting Workers do not block the program's file operations", { needs: [...needs] }, async () => {
  const { stdout } = await outputOf(`
    import { readFile } from "node:fs/promises";
    import { Worker } from "node:worker_threads";
    const source = ${JSON.stringify(`${THREAD} parentPort.postMessage(n); await server.read(new Uint8Array(1));`)};
    const url = new URL("data:text/javascript," + encodeURIComponent(source));
    await Promise.all(Array.from({ length: 8 }, () => {
      const worker = new Worker(url, { execArgv: [] });
      return new Promise((resolve) => worker.once("message", resolve));
    }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const begin = performance.now();
    for (let i = 0; i < 10; i++) await readFile("/proc/self/stat");
    console.log(performance.now() - begin);
    process.exit(0);
  `);
  assert(Number(stdout) > 0 && Number(stdout) < 500, `${stdout} ms for 10 files`);
});

/** How many descriptors are left by `WORKERS` Workers that run `source`, after which `end` of the main program runs. */
async function leftBy(source: string, end: string): Promise<number> {
  const { stdout } = await outputOf(`
    import { readdirSync } from "node:fs";
    import { Worker } from "node:worker_threads";
    const url = new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(source)}));
    const count = () => readdirSync("/proc/self/fd").length;
    const run = () => new Promise((resolve) => {
      const worker = new Worker(url, { execArgv: [] });
      worker.once("exit", resolve);
      ${end}
    });
    await Promise.all([run(), run()]);
    await new Promise((resolve) => setTimeout(resolve, 500));
    const before = count();
    for (let i = 0; i < ${WORKERS}; i++) await run();
    let [now, then] = [count(), NaN];
    for (let i = 0; i < 50 && now !== then; i++) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      [then, now] = [now, count()];
    }
    console.log(now - before);
    process.exit(0);
  `);
  assert(stdout !== "");
  return Number(stdout);
}

const WORKERS = 8;

test("Workers that close their sockets leave no descriptor", { needs: [...needs] }, async () => {
  const source =
    `${THREAD} for (const end of [listener, client, server]) end.close(); setTimeout(() => parentPort.close(), 50);`;
  const left = await leftBy(source, "");
  assert(left <= 1, `${left} more descriptors`);
});

test(
  "Workers that are terminated leave their open sockets, and nothing of the library",
  { needs: [...needs] },
  async () => {
    const source = `${THREAD} server.read(new Uint8Array(1)); setTimeout(() => parentPort.postMessage(n), 50);`;
    const left = await leftBy(source, 'worker.once("message", () => worker.terminate());');
    // Deno closes nothing at all: there, an epoll instance, an io_uring, and the socket that Deno reads remain. Without
    // io_uring a thread waits: two epoll instances and an eventfd, and an epoll instance and an eventfd of Deno's own.
    const each = runtime() === "deno" ? 3 + (isRingRefused() ? 5 : 3) : 3;
    assert(left >= 3 * WORKERS && left <= each * WORKERS + 1, `${left} more descriptors`);
  },
);
