import { writeFileSync } from "node:fs";
import process from "node:process";
import { TcpListener } from "../../inet/mod.ts";
import { assert, assertEquals, tempDir, test, type TestOptions } from "../runner/mod.ts";
import { example, exampleClient, exampleServer } from "./example.ts";
import { python, pythonServer } from "./python_peer.ts";

const DENO_ONLY = "the examples are programs for Deno";
const NEEDS: TestOptions = {
  needs: ["env", "read", "run", "write", "python3"],
  skipOn: { node: DENO_ONLY, bun: DENO_ONLY },
};
const GET_X = { func: "GET", params: { obj: "x" } };

function ok(func: string, response: unknown): unknown {
  return { status: "OK", response: { func, response } };
}

/** The server's options, and the same for the client. */
async function withOptions(
  fn: (server: string[], client: (address: string) => string[]) => Promise<void>,
): Promise<void> {
  await fn(["--port", "0"], (address) => ["--port", address.replace(/^.*:/, "")]);
  using folder = tempDir();
  await fn(["--unix", `${folder.path}/rpc.sock`], (address) => ["--unix", address]);
}

test("rpc_client.ts and rpc_server.ts speak to each other and to Python", NEEDS, async () => {
  await withOptions(async (options, at) => {
    await using server = await exampleServer(...options);
    const where = at(server.address);
    const put = await exampleClient(...where, "PUT", "x", '{"a": [1, "ü"]}');
    assertEquals([put.code, put.stderr], [0, ""]);
    assertEquals(put.stdout, `${JSON.stringify(ok("PUT", { obj: "x", response: "ok" }))}\n`);
    const value = ok("GET", { obj: "x", val: { a: [1, "ü"] } });
    assertEquals((await exampleClient(...where, "GET", "x")).stdout, `${JSON.stringify(value)}\n`);
    assertEquals(await python("call", server.address, JSON.stringify(GET_X)), [value]);
  });
});

test("rpc_client.ts calls the Python server", NEEDS, async () => {
  await using server = await pythonServer();
  const where = ["--host", server.addr.hostname, "--port", String(server.addr.port)];
  assertEquals((await exampleClient(...where, "PUT", "x", "1")).code, 0);
  const got = await exampleClient(...where, "GET", "x");
  assertEquals([got.code, got.stdout], [0, `${JSON.stringify(ok("GET", { obj: "x", val: 1 }))}\n`]);
});

test("rpc_client.ts prints an error reply and exits with 1", NEEDS, async () => {
  await using server = await exampleServer("--port", "0");
  const where = ["--port", server.address.replace(/^.*:/, "")];
  const unknown = await exampleClient(...where, "POP", "x");
  assertEquals([unknown.code, JSON.parse(unknown.stdout)], [1, ok("POP", "ERROR - Function doesn't exist")]);
  const wrong = await exampleClient(...where, "PUT", "x", "{");
  assertEquals([wrong.code, wrong.stdout], [1, ""]);
  assert(wrong.stderr.startsWith("rpc_client: "), wrong.stderr);
});

test("rpc_client.ts exits with 1 if nobody listens, and with 2 for wrong options", NEEDS, async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  const alone = await exampleClient("--port", String(port), "GET", "x");
  assertEquals([alone.code, alone.stdout], [1, ""]);
  for (
    const args of [[], ["GET"], ["PUT", "x"], ["GET", "x", "y"], ["--port", "x", "GET", "x"], ["--foo", "GET", "x"]]
  ) {
    assertEquals((await exampleClient(...args)).code, 2, args.join(" "));
  }
});

test("rpc_server.ts says in one line why it cannot start, and exits with 1", NEEDS, async () => {
  using folder = tempDir();
  const file = `${folder.path}/notes`;
  writeFileSync(file, "my notes\n");
  const reasons = {
    "--file": [file, `rpc_server: Cannot open ${file}: `],
    "--unix": [`${folder.path}/none/socket`, `rpc_server: Cannot bind to ${folder.path}/none/socket: No such file`],
  };
  for (const [option, [value = "", reason = ""]] of Object.entries(reasons)) {
    const { code, stdout, stderr } = await example("rpc_server.ts", ["--port", "0", option, value]).exit;
    assertEquals([code, stdout, stderr.slice(0, reason.length)], [1, "", reason]);
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  }
});

test("rpc_server.ts finishes gracefully, and has its values after a restart with --file", NEEDS, async () => {
  using folder = tempDir();
  const file = `${folder.path}/store.log`;
  for (const round of [1, 2]) {
    await using server = await exampleServer("--port", "0", "--file", file);
    const where = ["--port", server.address.replace(/^.*:/, "")];
    const got = JSON.parse((await exampleClient(...where, "GET", "x")).stdout);
    assertEquals(got, ok("GET", { obj: "x", val: round === 1 ? null : 1 }));
    assertEquals((await exampleClient(...where, "PUT", "x", String(round))).code, 0);
    process.kill(server.program.pid, "SIGTERM"); // after ChildProcess.kill() Deno reports a signal, whatever the exit
    assertEquals((await server.program.exit).code, 0);
  }
});
