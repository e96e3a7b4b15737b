import process from "node:process";
import { type Dictionary, dictionary } from "../../dictionary/mod.ts";
import { RpcClient, RpcServer } from "../../rpc/mod.ts";
import { SmcConn, SmcListener } from "../../smc/mod.ts";
import { assert, assertEquals, assertMatch, spawn } from "../runner/mod.ts";
import { setMode, smcTest } from "./kernel.ts";
import { smcPair } from "./pair.ts";

const leaks = "the runtime opens the console at its first child";

smcTest("examples/smcss.ts shows mode, device and reasons in words, and as JSON", { leaks }, async () => {
  using smcr = await smcPair("smc-r");
  using tcp = await smcPair("tcp");
  const table = await run("smcss.ts");
  assertEquals([table.code, table.stderr], [0, ""]);
  const rows = table.stdout.split("\n");
  assertMatch(rows[0] ?? "", /^State +UID +Inode +Local Address +Peer Address +Mode +Device +Why TCP$/);
  const rowOf = ({ localAddr, remoteAddr }: SmcConn): string => {
    const ends = `127.0.0.1:${localAddr.port}`.padEnd(15) + `  127.0.0.1:${remoteAddr.port}`;
    return rows.find((row) => row.replaceAll(/ +/g, " ").includes(ends.replaceAll(/ +/g, " "))) ?? "";
  };
  assertMatch(rowOf(smcr.client), /^ACTIVE .* SMC-R +rxe0$/);
  assertMatch(rowOf(tcp.client), /^ACTIVE .* TCP +NOSMCDEV: No SMC device was found, neither SMC-R nor SMC-D$/);
  assertMatch(rowOf(tcp.server), / PEERDECL: The peer declined during the handshake; peer: NOSMCDEV: /);
  const json = await run("smcss.ts", "--json", "--all");
  const inode = smcr.client.socket.inode();
  const found = JSON.parse(json.stdout).find((socket: { inode: number }) => socket.inode === inode);
  assertEquals([found.mode, found.link.device, found.connection.sendBuffer], ["smc-r", "rxe0", 65536]);
});

smcTest("examples/smc_check.ts tells the mode and the advice, and so does its exit code", { leaks }, async () => {
  await setMode("smc-r");
  const good = await run("smc_check.ts");
  assertEquals([good.stdout, good.stderr, good.code], ["connection to 127.0.0.1: SMC-R\n", "", 0]);
  await setMode("tcp");
  const bad = await run("smc_check.ts");
  assertEquals([bad.code, bad.stderr], [1, ""]);
  assertMatch(bad.stdout, /^connection to 127\.0\.0\.1: TCP\n {2}reason: NOSMCDEV: .*\n {2}advice: Give SMC a device/);
  assertEquals((await run("smc_check.ts", "-a", "127.0.0.1", "-p", "9")).code, 3);
  assertEquals((await run("smc_check.ts", "--nonsense")).code, 2);
});

smcTest("examples/http_over_smc.ts answers over SMC-R", { leaks }, async () => {
  await setMode("smc-r");
  await using server = start("http_over_smc.ts", "-p", "0");
  const port = Number(/:(\d+)\/$/.exec(await server.line() ?? "")?.[1]);
  using client = await SmcConn.connect({ port, fallback: "refuse" });
  await client.write(new TextEncoder().encode("GET /path HTTP/1.1\r\nHost: guest\r\nConnection: close\r\n\r\n"));
  const buffer = new Uint8Array(4096);
  let text = "";
  for (let n = await client.read(buffer); n !== null; n = await client.read(buffer)) {
    text += new TextDecoder().decode(buffer.subarray(0, n));
  }
  assert(text.startsWith("HTTP/1.1 200 OK\r\n") && text.includes("GET /path\n"), text);
  assertMatch(await server.line() ?? "", /^127\.0\.0\.1:\d+ GET \/path \(smc-r\)$/);
});

const REPLY = '{"status":"OK","response":{"func":"GET","response":{"obj":"x","val":[1]}}}\n';

for (const mode of ["smc-r", "tcp"] as const) {
  smcTest(`examples/rpc_server.ts --smc and rpc_client.ts --smc call in ${mode}`, { leaks }, async () => {
    await setMode(mode);
    await using server = start("rpc_server.ts", "--smc", "--port", "0");
    const port = Number(/^listening on 127\.0\.0\.1:(\d+)$/.exec(await server.line() ?? "")?.[1]);
    const fallback = mode === "tcp" ? "allow" : "refuse";
    using ours = new RpcClient<Dictionary>(await SmcConn.connect({ port, fallback }));
    await ours.call("PUT", { obj: "x", val: [1] });
    const got = await run("rpc_client.ts", "--smc", "--port", `${port}`, "GET", "x");
    assertEquals([got.stdout, got.stderr, got.code], [REPLY, "", 0]);
  });
}

smcTest("examples/rpc_client.ts needs --smc for a server that refuses TCP", { leaks }, async () => {
  await setMode("smc-r");
  const listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, fallback: "refuse" });
  await using store = dictionary();
  await using _strict = RpcServer.serve(listener, store);
  await store.PUT({ obj: "x", val: [1] });
  const where = ["--port", `${listener.addr.port}`, "GET", "x"];
  const refused = await run("rpc_client.ts", ...where);
  assertEquals([refused.stdout, refused.code], ["", 1]); // it is TCP; the server continues
  assertEquals((await run("rpc_client.ts", "--smc", ...where)).stdout, REPLY);
});

smcTest("examples/relay.ts forwards SMC-R to SMC-R, and loses nothing at the end", { leaks }, async () => {
  await setMode("smc-r");
  using target = SmcListener.listen({ hostname: "127.0.0.1", port: 0, fallback: "refuse" });
  const probe = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = probe.addr;
  probe.close();
  await using program = start("relay.ts", `smc:127.0.0.1:${port}`, `smc:127.0.0.1:${target.addr.port}`);
  assert((await program.line())?.startsWith("relaying"));
  using client = await SmcConn.connect({ port, fallback: "refuse" });
  using server = await target.accept({ timeout: 20_000 });
  const forth = crypto.getRandomValues(new Uint8Array(60_000));
  const [, received] = await Promise.all([send(client, forth, forth, forth, forth, forth), receive(server)]);
  assertEquals(received.length, 300_000);
  assert(received.every((byte, i) => byte === forth[i % 60_000]));
  const [, back] = await Promise.all([send(server, forth), receive(client)]);
  assertEquals(back, forth);
  assertEquals(await program.line(), "connection closed: 300000 bytes forward, 60000 back");
});

/** Writes all of the parts, then ends the sending direction. */
async function send(conn: SmcConn, ...parts: Uint8Array[]): Promise<void> {
  for (const part of parts) for (let at = 0; at < part.length;) at += await conn.write(part.subarray(at));
  await conn.closeWrite();
}

/** Reads to the end. */
async function receive(conn: SmcConn): Promise<Uint8Array> {
  const bytes: number[] = [];
  const buffer = new Uint8Array(8192);
  for (let n = await conn.read(buffer); n !== null; n = await conn.read(buffer)) bytes.push(...buffer.subarray(0, n));
  return new Uint8Array(bytes);
}

function start(example: string, ...args: string[]): ReturnType<typeof spawn> {
  return spawn(process.execPath, ["run", "-A", "--no-check", `/checkout/examples/${example}`, ...args]);
}

async function run(
  example: string,
  ...args: string[]
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  await using program = start(example, ...args);
  return await program.exit;
}
