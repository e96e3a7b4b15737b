import process from "node:process";
import { TcpConn, TcpListener, UdpSocket } from "../../inet/mod.ts";
import { encodeFrame } from "../../rpc/mod.ts";
import { UnixDatagramSocket, UnixSeqpacketConn, UnixSeqpacketListener } from "../../unix/mod.ts";
import { assert, assertEquals, assertMatch, freePort, type Program, spawn, tempDir, test } from "../runner/mod.ts";

const ROOT = new URL("../..", import.meta.url).pathname;
const OPTIONS = {
  needs: ["run", "read", "write", "env"],
  skipOn: { node: "the examples are Deno programs", bun: "the examples are Deno programs" },
  timeout: 120_000,
} as const;

/** A forged line, a cleared screen, a rewritten line, a bell, and colours by the control character of one byte. */
const FORGED = "hello\r\nSERVER: root logged in\x1b[2J\rroot\x07\u009b31m";
const SHOWN = "hello\\x0d\\x0aSERVER: root logged in\\x1b[2J\\x0droot\\x07\\x9b31m";
const bytes = new TextEncoder().encode(FORGED);

function example(name: string, ...args: string[]): Program {
  return spawn(process.execPath, ["run", "-A", "--no-check", `${ROOT}examples/${name}.ts`, ...args], { cwd: ROOT });
}

function portIn(line: string | undefined): number {
  return Number(/:(\d+)/.exec(line ?? "")?.[1]);
}

/** Checks that a program has printed nothing that a terminal would obey, besides the ends of its lines. */
function assertQuiet(text: string): void {
  // deno-lint-ignore no-control-regex -- these are what it must not have
  assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(text), JSON.stringify(text));
}

for (const folder of ["", "blocking/"]) {
  test(`${folder}grumpy_server.ts shows what its peer says without line breaks and ESC`, OPTIONS, async () => {
    await using server = example(`${folder}grumpy_server`, "0");
    using conn = await TcpConn.connect({ hostname: "127.0.0.1", port: portIn(await server.line()) });
    await conn.write(bytes);
    assertMatch(await server.line() ?? "", /^RECEIVED CONNECTION FROM /);
    assertEquals(await server.line(), `127.0.0.1 said: ${SHOWN}`);
  });

  test(`${folder}grumpy_server.ts leaves a client that says nothing, and serves the next`, OPTIONS, async () => {
    await using server = example(`${folder}grumpy_server`, "0");
    const addr = { hostname: "127.0.0.1", port: portIn(await server.line()) };
    using _silent = await TcpConn.connect(addr);
    using next = await TcpConn.connect(addr);
    await next.write(bytes);
    const buffer = new Uint8Array(100);
    const n = await next.read(buffer, { timeout: 20_000 }) ?? 0;
    assertMatch(new TextDecoder().decode(buffer.subarray(0, n)), /^I'm a grumpy server/);
  });

  test(`${folder}chat_client.ts shows what its peer says without line breaks and ESC`, OPTIONS, async () => {
    using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
    await using client = example(`${folder}chat_client`, "127.0.0.1", `${listener.addr.port}`);
    using conn = await listener.accept({ timeout: 20_000 });
    await conn.write(bytes);
    const { stdout } = await client.exit;
    assertEquals(stdout.split("\n").slice(1), [`127.0.0.1 said: ${SHOWN}`, ""]);
  });

  test(`${folder}unix_seqpacket_server.ts shows what its peer says without line breaks and ESC`, OPTIONS, async () => {
    using folderOfSocket = tempDir();
    const path = `${folderOfSocket.path}/s`;
    await using server = example(`${folder}unix_seqpacket_server`, path);
    using conn = await connected(path);
    for (const text of [FORGED, "DOWN"]) await conn.send(new TextEncoder().encode(text));
    const { stdout } = await server.exit;
    assertEquals(stdout.split("\n").slice(0, 2), [SHOWN, "DOWN"]);
  });

  test(`${folder}csmc.ts shows what its peer says without line breaks and ESC`, OPTIONS, async () => {
    const port = freePort();
    await using server = example(`${folder}csmc`, "-s", "-a", "127.0.0.1", "-p", `${port}`);
    using conn = await accepted(() => TcpConn.connect({ hostname: "127.0.0.1", port }));
    await conn.write(bytes);
    await conn.closeWrite();
    const { stdout } = await server.exit;
    assertEquals(stdout.split("\n").slice(1, 3), [
      `Read ${bytes.length} bytes from client: ${SHOWN}`,
      `Sent ${bytes.length} bytes to client: ${SHOWN}`,
    ]);
  });

  test(`${folder}rpc_server.ts shows what is no JSON without line breaks and ESC`, OPTIONS, async () => {
    const port = freePort();
    const args = folder === "" ? ["--port", `${port}`] : ["127.0.0.1", `${port}`];
    await using server = example(`${folder}rpc_server`, ...args);
    await server.line();
    using conn = await TcpConn.connect({ hostname: "127.0.0.1", port });
    const body = new TextEncoder().encode("\x1b[2J\r\nSERVER: \x07\u009b31m");
    await conn.write(encodeFrame(body));
    await conn.closeWrite();
    await conn.read(new Uint8Array(100), { timeout: 20_000 });
    server.kill("SIGINT");
    const { stdout, stderr } = await server.exit;
    assertQuiet(stdout + stderr);
    assertMatch(stderr, /^rpc_server: .*JSON.*\n$/);
  });
}

test("udp_chat.ts shows what others say without line breaks and ESC", OPTIONS, async () => {
  const port = freePort();
  await using chat = example("udp_chat", "--interface", "lo", "--port", `${port}`);
  assertMatch(await chat.line() ?? "", / is in /);
  using socket = UdpSocket.bind({ hostname: "127.0.0.1", port: 0 });
  await socket.send(bytes, { addr: { hostname: "127.0.0.1", port } });
  assertEquals(await chat.line(), `127.0.0.1 ${SHOWN}`);
});

test("unix_seqpacket_client.ts shows what its peer says without line breaks and ESC", OPTIONS, async () => {
  using folder = tempDir();
  using listener = UnixSeqpacketListener.listen({ path: `${folder.path}/s` });
  await using client = example("unix_seqpacket_client", `${folder.path}/s`);
  using conn = await listener.accept({ timeout: 20_000 });
  await conn.send(new Uint8Array(Int32Array.of(bytes.length).buffer));
  await conn.send(bytes);
  assertEquals((await client.exit).stdout, `${bytes.length}\n${SHOWN}\n`);
});

test("pass_descriptor.ts shows the name of a file without line breaks and ESC", OPTIONS, async () => {
  using folder = tempDir();
  using listener = UnixSeqpacketListener.listen({ path: `${folder.path}/s` });
  await using taker = example("pass_descriptor", "take", `${folder.path}/s`);
  using conn = await listener.accept({ timeout: 20_000 });
  await conn.sendMessage({ data: bytes, fds: [conn.socket.fd] });
  assertEquals((await taker.exit).stderr.split("\n")[0], `took ${SHOWN}`);
});

test("ss.ts shows the names of others' sockets without line breaks and ESC", OPTIONS, async () => {
  using _socket = UnixDatagramSocket.bind({ abstract: `${process.pid}${FORGED}` });
  const { stdout } = await example("ss", "-x", "-a").exit;
  assertQuiet(stdout);
  assert(stdout.includes(`@${process.pid}${SHOWN} `), stdout);
});

test("examples that serve do so on 127.0.0.1 unless told otherwise", OPTIONS, async () => {
  const servers = [
    ["tcp_echo", "--port", "0"],
    ["rpc_server", "--port", "0"],
    ["throughput", "-s", "-p", "0"],
    ["http_over_smc", "-p", "0"],
    ["smc_check", "-s", "-p", "0"],
    ["blocking/worker_echo", "0"],
  ] as const;
  for (const [name, ...args] of servers) {
    await using server = example(name, ...args);
    let line = await server.line();
    while (line !== undefined && !line.includes(" on ")) line = await server.line(); // the first: there is no SMC
    assertMatch(line ?? "", /\b127\.0\.0\.1:\d+/, name);
  }
});

async function connected(path: string): Promise<UnixSeqpacketConn> {
  return await accepted(() => UnixSeqpacketConn.connect({ path }));
}

/** Connects to a program that may not listen yet. */
async function accepted<Conn>(connect: () => Promise<Conn>): Promise<Conn> {
  for (let round = 0;; round++) {
    try {
      return await connect();
    } catch (error) {
      if (round === 200) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
