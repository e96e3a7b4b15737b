import { assertEquals, spawnScript, test } from "../runner/mod.ts";

const INET = new URL("../../inet/mod.ts", import.meta.url);

const PROGRAM = `
import { closeSync, openSync } from "node:fs";
import { TcpListener } from "${INET}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
await new Promise((resolve) => setTimeout(resolve, 300)); // Deno panics if it has no descriptor for its own signals yet
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
