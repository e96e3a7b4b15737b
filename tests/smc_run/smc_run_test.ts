import { fileURLToPath } from "node:url";
import { assert, assertEquals, spawn, tempDir, test, thisRuntime } from "../runner/mod.ts";
import { redis } from "../dictionary/engines.ts";

const SMC_RUN = new URL("../../smc_run/mod.ts", import.meta.url);
const PROGRAM = fileURLToPath(new URL("program.mjs", import.meta.url));
const EXPRESS_REDIS = fileURLToPath(new URL("express_redis.mjs", import.meta.url));
const NODE_REDIS = fileURLToPath(new URL("node_redis.mjs", import.meta.url));
const FASTIFY = fileURLToPath(new URL("fastify.mjs", import.meta.url));
const CLUSTER = fileURLToPath(new URL("cluster.mjs", import.meta.url));
const CLIENTS = fileURLToPath(new URL("clients.mjs", import.meta.url));
const SERVERS = fileURLToPath(new URL("servers.mjs", import.meta.url));
/** Node prints that its FFI is experimental. */
const QUIET = "--disable-warning=ExperimentalWarning";
const skipOn = { deno: "smc_run is for Node", bun: "smc_run is for Node" };

test("an ordinary Node program runs over SMC, or over TCP without it", {
  needs: ["run", "env", "read"],
  skipOn,
}, async () => {
  const [node = "", ...args] = thisRuntime();
  await using program = spawn(node, [...args, QUIET, "--import", SMC_RUN.href, PROGRAM]);
  const line = await program.line();
  if (line === undefined) throw new Error((await program.exit).stderr);
  const { address, family, port, listening, answers, fetched, refused, inUse } = JSON.parse(line);
  assertEquals([address, family, listening, refused, inUse], ["127.0.0.1", "IPv4", true, "ECONNREFUSED", "EADDRINUSE"]);
  assert(port > 0);
  assertEquals(fetched, ["NodeStream"]);
  assertEquals(answers, [...[0, 1, 2, 3, 4].map((i) => `hello /${i}`), true, true, "hello /get"]);
  program.closeInput();
  const { code, stdout, stderr } = await program.exit;
  assertEquals([code, stdout.trim().split("\n")[1], stderr], [0, '{"listening":false,"address":null}', ""]);
});

test("Express and ioredis run unmodified over smc_run", {
  needs: ["run", "env", "read", "write", "net", "sys", "redis-server"],
  skipOn,
}, async () => {
  using dir = tempDir();
  const server = redis(dir.path);
  await server.start();
  const [node = "", ...args] = thisRuntime();
  await using program = spawn(node, [...args, QUIET, "--import", SMC_RUN.href, EXPRESS_REDIS, `${server.port}`]);
  const { code, stdout, stderr } = await program.exit;
  assertEquals([code, stdout, stderr], [0, '{"visits":100}\nServer NodeStream\n', ""]);
  await server.kill();
});

test("node-redis runs unmodified under smc_run", {
  needs: ["run", "env", "read", "write", "net", "sys", "redis-server"],
  skipOn,
}, async () => {
  using dir = tempDir();
  const server = redis(dir.path);
  await server.start();
  const [node = "", ...args] = thisRuntime();
  for (const [preload, hasSocket] of [[["--import", SMC_RUN.href], false], [[], true]] as const) {
    await using program = spawn(node, [...args, QUIET, ...preload, NODE_REDIS, `${server.port}`]);
    const { code, stdout, stderr } = await program.exit;
    assertEquals([code, stdout, stderr], [0, `${hasSocket ? 2000 : 1000} ${hasSocket}\n`, ""]);
  }
  await server.kill();
});

test("Fastify runs unmodified under smc_run", { needs: ["run", "env", "read"], skipOn }, async () => {
  const [node = "", ...args] = thisRuntime();
  await using program = spawn(node, [...args, QUIET, "--import", SMC_RUN.href, FASTIFY]);
  const { code, stdout, stderr } = await program.exit;
  const greetings = Array.from({ length: 20 }, (_, i) => `{"hello":"${i}"}`);
  assertEquals([code, stderr, stdout.trim().split("\n")], [0, "", ["NodeStream", ...greetings, "true", "false"]]);
});

test("the workers of a cluster share a port under smc_run", { needs: ["run", "env", "read"], skipOn }, async () => {
  const [node = "", ...args] = thisRuntime();
  await using program = spawn(node, [...args, QUIET, "--import", SMC_RUN.href, CLUSTER]);
  const { code, stdout, stderr } = await program.exit;
  assertEquals([code, stdout, stderr], [0, "1 and 2\n", ""]);
});

for (const [what, script] of [["servers", SERVERS], ["clients", CLIENTS]] as const) {
  test(`${what} under smc_run behave as Node's do, also with wrong arguments`, {
    needs: ["run", "env", "read"],
    skipOn,
  }, async () => {
    const [node = "", ...args] = thisRuntime();
    await using plain = spawn(node, [...args, script]);
    await using program = spawn(node, [...args, QUIET, "--import", SMC_RUN.href, script]);
    const [expected, actual] = await Promise.all([plain.exit, program.exit]);
    assertEquals([expected.code, actual.code, actual.stderr], [0, 0, ""]);
    assertEquals(JSON.parse(actual.stdout), JSON.parse(expected.stdout));
  });
}
