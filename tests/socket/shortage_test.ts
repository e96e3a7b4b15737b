import { assertEquals, spawnScript, test } from "../runner/mod.ts";

const INET = new URL("../../inet/mod.ts", import.meta.url);

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
