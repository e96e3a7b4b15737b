import { assertEquals, spawnScript, test } from "../runner/mod.ts";

const INET = new URL("../../inet/mod.ts", import.meta.url);
const UNIX = new URL("../../unix/mod.ts", import.meta.url);

const PROGRAM = `
import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { TcpListener } from "${INET}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
process.once("SIGUSR2", () => {}).removeAllListeners("SIGUSR2"); // Deno panics if it has no descriptor left for signals
const held = [];
try { for (;;) held.push(openSync("/dev/null", "r")); } catch {}
setTimeout(() => held.forEach((fd) => closeSync(fd)), 50);
console.log(await listener.accept({ timeout: 400 }).catch((error) => error.name));
listener.close();
`;

test("accept() without a descriptor for the poller keeps the program alive until its timeout", {
  needs: ["run", "env", "read"],
}, async () => {
  await using program = spawnScript(PROGRAM, ["prlimit", "--nofile=128:128"]);
  const { stdout, stderr } = await program.exit;
  assertEquals(stdout, "TimeoutError\n", stderr);
});

/** Waits to read and to accept while no descriptor is free, and goes on when there are some. */
const GOES_ON = (before: string, free: number) => `
import { closeSync, openSync } from "node:fs";
import process from "node:process";
import { TcpConn, TcpListener } from "${INET}";
import { socketPair } from "${UNIX}";
const [left, right] = socketPair("stream");
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
process.once("SIGUSR2", () => {}).removeAllListeners("SIGUSR2"); // Deno panics if it has no descriptor left for signals
${before}
const held = [];
try { for (;;) held.push(openSync("/dev/null", "r")); } catch (error) { console.log(error.code); }
for (const fd of held.splice(0, ${free})) closeSync(fd);
const read = left.read(new Uint8Array(8));
const accepted = (async () => { for await (const conn of listener) return conn; })();
await pause(200);
await right.write(new Uint8Array(3));
await pause(200);
for (const fd of held) closeSync(fd);
console.log("read", await read);
const client = await TcpConn.connect(listener.addr);
const server = await accepted;
await client.write(new Uint8Array(5));
console.log("accepted", await server.read(new Uint8Array(8)));
for (const each of [left, right, client, server]) each.close();
`;
const BEFORE = {
  "that is the first of the program": "",
  "after 0.8 s without any": `
    const first = left.read(new Uint8Array(1));
    await pause(10);
    await right.write(new Uint8Array(1));
    await first;
    await pause(800);`,
};
/** The poller needs some: none may be free, or fewer than that. */
const FREE = [0, 1, 3];
for (const [name, before] of Object.entries(BEFORE)) {
  test(`a wait with too few free descriptors ${name} ends well once there are some`, {
    needs: ["run", "env", "read"],
    timeout: 120_000,
  }, async () => {
    for (const way of ["", "thread"]) {
      for (const free of FREE) {
        const under = ["env", `BERKELEY_SOCKETS_WAKE=${way}`, "prlimit", "--nofile=128:128"];
        await using program = spawnScript(GOES_ON(before, free), under);
        const { code, stdout, stderr } = await program.exit;
        assertEquals([way, free, code, stdout], [way, free, 0, "EMFILE\nread 3\naccepted 5\n"], stderr);
      }
    }
  });
}
