import type { Dictionary } from "../../dictionary/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { RpcClient, RpcServer } from "../../rpc/mod.ts";
import { assert, assertEquals, type Program, spawn, tempDir, test, type TestOptions } from "../runner/mod.ts";
import { numberFromEnvironment } from "./environment.ts";
import { frameOf, pause, readFrames, until, writeAll } from "./raw_conn.ts";
import { sameRuntime } from "./same_runtime.ts";

/** How many attack at a time; the limits hold for 1000, too, which takes longer. */
const CLIENTS = numberFromEnvironment("RPC_HOSTILE_CLIENTS", 200);
/** Milliseconds of each attack. */
const DURATION = 4000;
const MOST_MEBIBYTES = 512;
const NEEDS: TestOptions["needs"] = ["env", "read", "run", "write"];

interface Api {
  ECHO(params: unknown): unknown;
  LATER(params: unknown): string;
  SLOW(params: unknown): string;
  BIG(params: null): string;
  BIG_LATER(params: null): string;
}

/** What some clients do, at a time. */
interface Attack {
  what: string;
  /** How many do it, and how often each writes the bytes. */
  clients?: number;
  times?: number;
  bytes(): Uint8Array;
}

const LENGTH = 8 * 1024 * 1024 - 100;
const ATTACKS: Attack[] = [
  {
    what: "pipeline the longest calls to a handler that takes its time",
    bytes: () => call("LATER", "x".repeat(LENGTH)),
  },
  { what: "pipeline the longest calls and read no replies", bytes: () => call("ECHO", "x".repeat(LENGTH)) },
  { what: "ask for long replies and read none", bytes: () => repeated(call("BIG", null), 2) },
  {
    what: "ask 128 times for long replies that come later and read none",
    bytes: () => repeated(call("BIG_LATER", null), 128),
  },
  {
    what: "send all but the end of the longest calls",
    bytes: () => call("LATER", "x".repeat(LENGTH)).subarray(0, -1),
  },
  {
    what: "send calls of millions of empty arrays",
    bytes: () => frameOf(`{"func":"LATER","params":[${"[],".repeat(2_700_000)}1]}`),
  },
  {
    what: "send calls nested millions of levels deep",
    bytes: () => frameOf(`{"func":"LATER","params":${"[".repeat(4_000_000)}`),
  },
  {
    what: "send objects of 850,000 names",
    bytes: () =>
      frameOf(
        `{"func":"LATER","params":{${
          Array.from({ length: 850_000 }, (_, i) => `"${(i + 50_000).toString(36)}":0`).join()
        }}}`,
      ),
  },
  {
    what: "makes 128 calls of 8 MB to a handler that takes its time",
    clients: 1,
    times: 128,
    bytes: () => call("SLOW", "x".repeat(8_000_000)),
  },
  {
    what: "pipeline PUTs of 8 MB",
    clients: 4,
    times: 128,
    bytes: () => call("PUT", { obj: "a", val: "x".repeat(8_000_000) }),
  },
  {
    what: "ask twice for a value of 8 MB and read nothing",
    clients: 500,
    times: 1,
    bytes: () => repeated(call("GET", { obj: "big" }), 2),
  },
];

for (const { what, clients = CLIENTS, times = 8, bytes } of ATTACKS) {
  const who = clients === 1 ? "one client" : `${clients} clients`;
  test(`RpcServer takes less than ${MOST_MEBIBYTES} MiB and answers while ${who} ${what}`, {
    needs: NEEDS,
    timeout: 300_000,
  }, async () => {
    using folder = tempDir();
    const { program, port } = await hostileServer(folder.path);
    await using _program = program;
    await put(port, "big", "x".repeat(8_000_000));
    await using _attack = attackers(port, bytes(), clients, times);
    await pause(500);
    const honest = await callAgain(port);
    const { most, longest } = await told(program);
    console.log(`      ${most} MiB at most, ${longest} ms without a timer at most, ${honest} ms for the slowest call`);
    assert(most < MOST_MEBIBYTES, `it took ${most} MiB`);
    assert(longest < 5000, `no timer ran for ${longest} ms`);
  });
}

test("RpcServer refuses a call of 8 MB with 4 million levels before it parses it", { needs: NEEDS }, async () => {
  using folder = tempDir();
  const { program, port } = await hostileServer(folder.path);
  await using _program = program;
  using conn = await TcpConn.connect({ hostname: "127.0.0.1", port });
  await told(program);
  const nested = frameOf(`{"func":"ECHO","params":${"[".repeat(4_000_000)}${"]".repeat(4_000_000)}}`);
  for (let at = 0; at < nested.length;) at += await conn.write(nested.subarray(at));
  await writeAll(conn, call("ECHO", "fine"));
  const replies = await readFrames(conn, 2) as { status: string; error?: string }[];
  assertEquals(replies.map(({ status }) => status), ["ERROR", "OK"]);
  assertEquals(replies[0]?.error, "The JSON is nested deeper than 200 levels");
  const { longest } = await told(program);
  assert(longest < 1000, `no timer ran for ${longest} ms`); // parsing it takes 7,500 ms
});

test("RpcServer lets timers run while one client floods it with calls", { needs: NEEDS }, async () => {
  using folder = tempDir();
  const { program, port } = await hostileServer(folder.path);
  await using _program = program;
  using conn = await TcpConn.connect({ hostname: "127.0.0.1", port });
  const calls = repeated(call("ECHO", 1), 2000);
  let isOver = false;
  const replies = (async () => {
    const buffer = new Uint8Array(65536);
    while (await conn.read(buffer).catch(() => null) !== null);
  })();
  const flood = (async () => {
    while (!isOver) {
      await writeAll(conn, calls);
      await pause(0);
    }
  })();
  await pause(2000);
  isOver = true;
  await flood;
  const { longest } = await told(program);
  conn.close();
  await replies;
  assert(longest < 1000, `no timer ran for ${longest} ms`);
});

test("RpcServer refuses a call that is nested too deeply, says so, and continues", async () => {
  const errors: unknown[] = [];
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  await using _server = RpcServer.serve<Api>(listener, HANDLERS, { onError: (error) => errors.push(error) });
  using conn = await TcpConn.connect(listener.addr);
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  for (const depth of [200, 201, 5000]) await writeAll(conn, frameOf(`{"func":"ECHO","params":${nested(depth)}}`));
  await writeAll(conn, frameOf(`{"func":"ECHO","params":"${"[".repeat(1000)}\\"${"[".repeat(1000)}"}`));
  const replies = await readFrames(conn, 4) as { status: string; error?: string; response?: { response: unknown } }[];
  assertEquals(replies.map(({ status }) => status), ["OK", "ERROR", "ERROR", "OK"]);
  assertEquals(JSON.stringify(replies[0]?.response?.response), nested(200));
  assertEquals(replies[1]?.error, "The JSON is nested deeper than 200 levels");
  assertEquals(errors.length, 2);
});

test("RpcServer refuses an object of more names than it has room for before it parses it, which takes seconds", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  await using _server = RpcServer.serve<Api>(listener, HANDLERS);
  using conn = await TcpConn.connect(listener.addr);
  const objectOf = (names: number) => Array.from({ length: names }, (_, i) => `"${i.toString(36)}":0`).join();
  for (const names of [850_000, 100_000]) {
    const frame = frameOf(`{"func":"LATER","params":{${objectOf(names)}}}`);
    for (let at = 0; at < frame.length;) at += await conn.write(frame.subarray(at));
  }
  const replies = await readFrames(conn, 2) as { status: string; error?: string }[];
  assertEquals(replies.map(({ status }) => status), ["ERROR", "OK"]);
  assertEquals(replies[0]?.error, "The call has more values than the server may hold");
});

test("RpcServer takes as many calls of a connection as maxPendingPerConnection has room for", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const waiting: (() => void)[] = [];
  await using _server = RpcServer.serve<Pick<Api, "LATER">>(listener, {
    LATER: () => new Promise((resolve) => waiting.push(() => resolve("done"))),
  }, { maxPendingPerConnection: 1024 * 1024 });
  using conn = await TcpConn.connect(listener.addr);
  const writing = writeAll(conn, repeated(call("LATER", "x".repeat(200_000)), 12)); // 400 kB each, as the server weighs
  for (let done = 0; done < 12; done++) {
    await until(() => waiting.length > done);
    await pause(20);
    assert(waiting.length - done <= 3, `${waiting.length - done} calls of 200 kB run at the same time`);
    waiting[done]?.();
  }
  await writing;
  assertEquals((await readFrames(conn, 12)).length, 12);
});

test("RpcServer ends the connection with the most incomplete data, not the one that exceeds maxBuffered", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const errors: [message: string, port: unknown][] = [];
  await using _server = RpcServer.serve<Api>(listener, HANDLERS, {
    maxBuffered: 200_000,
    onError: (error, addr) => errors.push([(error as Error).message, (addr as { port?: number } | undefined)?.port]),
  });
  using large = await TcpConn.connect(listener.addr);
  using small = await TcpConn.connect(listener.addr);
  const { port } = large.localAddr;
  await writeAll(large, call("ECHO", "x".repeat(180_000)).subarray(0, -1));
  await pause(30);
  const frame = call("ECHO", "x".repeat(100_000));
  await writeAll(small, frame.subarray(0, -1));
  const reason = "The server holds too many incomplete calls: try again later";
  assertEquals(await readFrames(large), [{ status: "ERROR", error: reason }]);
  assertEquals(errors, [[reason, port]]);
  await writeAll(small, frame.subarray(-1));
  assertEquals((await readFrames(small, 1)).length, 1);
});

test("RpcServer ends a connection that does not read its replies once others wait for the memory", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const errors: string[] = [];
  await using _server = RpcServer.serve<Api>(listener, HANDLERS, {
    maxPending: 4 * 1024 * 1024,
    onError: (error) => errors.push((error as Error).message),
  });
  using greedy = await TcpConn.connect(listener.addr);
  await writeAll(greedy, call("BIG", null));
  await pause(100);
  using client = new RpcClient<Api>(await TcpConn.connect(listener.addr));
  assertEquals(await client.call("ECHO", 1, { timeout: 5000 }), 1);
  assertEquals((await client.call("BIG", null)).length, LENGTH);
  assertEquals(errors, [
    "Cannot continue the connection: its peer does not read the replies, and others wait for the memory",
  ]);
});

test("RpcServer keeps a connection that does not read its replies while only its own calls wait", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const errors: string[] = [];
  await using _server = RpcServer.serve<Api>(listener, HANDLERS, {
    maxPending: 4 * 1024 * 1024,
    onError: (error) => errors.push((error as Error).message),
  });
  using slow = await TcpConn.connect(listener.addr);
  await writeAll(slow, call("BIG", null), call("BIG", null));
  await pause(1500); // others would be given the memory after half a second
  assertEquals((await readFrames(slow, 2)).length, 2);
  assertEquals(errors, []);
});

const HANDLERS = {
  ECHO: (params: unknown) => params,
  LATER: () => "done",
  SLOW: () => "done",
  BIG: () => "x".repeat(LENGTH),
  BIG_LATER: () => Promise.resolve("x".repeat(LENGTH)),
};

function call(func: keyof Api | "GET" | "PUT", params: unknown): Uint8Array {
  return frameOf({ func, params });
}

function repeated(bytes: Uint8Array, times: number): Uint8Array {
  const all = new Uint8Array(bytes.length * times);
  for (let i = 0; i < times; i++) all.set(bytes, i * bytes.length);
  return all;
}

/** Clients that write the same bytes again and again, and reconnect when they are disconnected. */
function attackers(port: number, bytes: Uint8Array, clients: number, most: number): AsyncDisposable {
  const conns = new Set<TcpConn>();
  let isOver = false;
  async function attack(): Promise<void> {
    using conn = await TcpConn.connect({ hostname: "127.0.0.1", port });
    conns.add(conn);
    try {
      for (let times = 0; times < most && !isOver; times++) {
        for (let at = 0; at < bytes.length && !isOver;) at += await conn.write(bytes.subarray(at));
      }
      while (!isOver) await pause(100);
    } finally {
      conns.delete(conn);
    }
  }
  const all = Array.from({ length: clients }, async () => {
    for (; !isOver; await pause(50)) await attack().catch(() => {}); // it was disconnected
  });
  return {
    async [Symbol.asyncDispose]() {
      isOver = true;
      for (const conn of conns) conn.close();
      await Promise.all(all);
    },
  };
}

async function hostileServer(folder: string): Promise<{ program: Program; port: number }> {
  const { program: path, args } = sameRuntime("rpc/hostile_server");
  const program = spawn(path, [...args, `${folder}/words.db`]);
  return { program, port: Number((await program.line())?.match(/\d+$/)?.[0]) };
}

async function put(port: number, obj: string, val: string): Promise<void> {
  using client = new RpcClient<Dictionary>(await TcpConn.connect({ hostname: "127.0.0.1", port }));
  await client.call("PUT", { obj, val });
}

/** Makes short calls during the attack; returns the milliseconds of the slowest. */
async function callAgain(port: number): Promise<number> {
  let slowest = 0;
  const end = performance.now() + DURATION;
  while (performance.now() < end) {
    const begin = performance.now();
    using client = new RpcClient<Api>(await TcpConn.connect({ hostname: "127.0.0.1", port }));
    assertEquals(await client.call("ECHO", 1, { timeout: 200_000 }), 1);
    slowest = Math.max(slowest, performance.now() - begin);
    await pause(20);
  }
  return Math.round(slowest);
}

async function told(program: Program): Promise<{ most: number; longest: number }> {
  program.write("tell\n");
  const line = await program.line();
  if (line === undefined) throw new Error(`The server has ended: ${JSON.stringify(await program.exit)}`);
  return JSON.parse(line);
}
