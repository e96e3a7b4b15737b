import process from "node:process";
import { assert, assertEquals, type Need, spawnFile, spawnScript, test } from "../runner/mod.ts";

const needs: readonly Need[] = ["run", "read", "write", "env"];
const FFI = new URL("../../ffi/mod.ts", import.meta.url).href;
const SOCKET = new URL("../../socket/mod.ts", import.meta.url).href;
const BLOCKING = `
import { C } from ${JSON.stringify(FFI)};
import { Socket } from ${JSON.stringify(SOCKET)};
const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
const blocking = right.blocking();
`;

/** Waits for what a thread without an event loop cannot do. */
const WAITS = {
  recv: "blocking.recv(new Uint8Array(1))",
  poll: "blocking.recv(new Uint8Array(1), { timeout: 60_000 })",
};

for (const [name, wait] of Object.entries(WAITS)) {
  test(`Ctrl+C ends a program that blocks in ${name}`, { needs }, async () => {
    await using program = spawnFile(`${BLOCKING} console.log("blocks"); ${wait};`);
    assertEquals(await program.line(), "blocks");
    await new Promise((resolve) => setTimeout(resolve, 100));
    const begin = performance.now();
    process.kill(program.pid, "SIGINT");
    const { code, signal } = await program.exit;
    assert(signal === "SIGINT" || code === 130, `${code} ${signal}`);
    assert(performance.now() - begin < 1000);
  });
}

for (const [how, end] of Object.entries({ "terminate()": "await worker.terminate();", "exit": "" })) {
  for (const [name, wait] of Object.entries(WAITS)) {
    test(`a Worker that blocks in ${name} is ended by ${how} within a second`, { needs }, async () => {
      const source =
        `import { parentPort } from "node:worker_threads"; ${BLOCKING} parentPort.postMessage(0); ${wait};`;
      const program = spawnScript(`
        import { Worker } from "node:worker_threads";
        const url = new URL("data:text/javascript," + encodeURIComponent(${JSON.stringify(source)}));
        const worker = new Worker(url, { execArgv: [] });
        worker.on("error", (error) => console.log(error));
        await new Promise((resolve) => worker.once("message", resolve));
        await new Promise((resolve) => setTimeout(resolve, 100));
        console.log("ends");
        ${end}
        process.exit(0);`);
      assertEquals(await program.line(), "ends");
      const begin = performance.now();
      const { code } = await program.exit;
      assertEquals(code, 0);
      assert(performance.now() - begin < 1000, `it took ${performance.now() - begin} ms`);
    });
  }
}
