import { deno } from "../peers/deno_program.ts";
import { assertEquals, assertMatch, ignore, isRingRefused, onDeno } from "../runner/mod.ts";

const INET = new URL("../../inet/mod.ts", import.meta.url);
const denoTest = onDeno("it starts Deno");

/** Waits in every way: for a connection, for bytes, with a timeout, and without keeping the program alive. */
const PROGRAM = `
import { TcpConn, TcpListener } from "${INET}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
const accepted = listener.accept();
await new Promise((resolve) => setTimeout(resolve, 30));
const client = await TcpConn.connect(listener.addr);
const server = await accepted;
const buffer = new Uint8Array(8);
for (let i = 1; i < 8; i++) {
  const read = server.read(buffer);
  await new Promise((resolve) => setTimeout(resolve, i));
  await client.write(new Uint8Array(i));
  console.log(await read);
}
await server.read(buffer, { timeout: 20 }).catch((error) => console.log(error.name));
server.unref();
const unheld = server.read(buffer);
const timer = setTimeout(() => {}, 10_000);
await new Promise((resolve) => setTimeout(resolve, 30));
await client.write(buffer);
console.log(await unheld);
clearTimeout(timer);
server.read(buffer).catch(() => {});
`;
const OUTPUT = "1\n2\n3\n4\n5\n6\n7\nTimeoutError\n8\n";

for (const way of ["ring", "thread"]) {
  const name = `sockets wait by a ${way}, as BERKELEY_SOCKETS_WAKE says`;
  if (way === "ring" && isRingRefused()) {
    ignore(name, "needs io_uring, which this system refuses");
    continue;
  }
  denoTest(name, { needs: ["run", "read", "env"] }, async () => {
    await using program = deno(`Deno.env.set("BERKELEY_SOCKETS_WAKE", "${way}");${PROGRAM}`);
    const { code, stdout, stderr } = await program.exit;
    assertEquals([code, stdout, stderr], [0, OUTPUT, ""]);
  });
}

denoTest("where refuses io_uring, a thread waits, and one warning says so", {
  needs: ["run", "read", "env", "strace"],
}, async () => {
  const inject = "inject=io_uring_setup:error=EPERM";
  await using program = deno(PROGRAM, {
    under: ["env", "-u", "BERKELEY_SOCKETS_WAKE", "strace", "-f", "-o", "/dev/null", "-e", inject],
  });
  const { code, stdout, stderr } = await program.exit;
  assertEquals([code, stdout], [0, OUTPUT], stderr);
  assertMatch(stderr, /refuses io_uring/);
  assertEquals(stderr.match(/io_uring/g)?.length, 1, stderr);
});
