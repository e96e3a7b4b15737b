import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { type RpcConn, RpcError, type RpcHandlers, RpcServer, type RpcServerOptions } from "../../rpc/mod.ts";
import { socketPair } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";
import { rawFrame } from "./frames.ts";
import { frameOf, pause, readFrames, until, writeAll } from "./raw_conn.ts";

const ERROR = { status: "ERROR" };
interface Api {
  ECHO(params: unknown): unknown;
  WAIT(params: number): number;
  BIG(params: number): string;
}

/** A server whose calls of WAIT end when the test says so. */
function serve(options: RpcServerOptions = {}) {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { addr } = listener;
  const waiting: (() => void)[] = [];
  const seen = { started: 0, params: [] as number[] };
  const handlers: RpcHandlers<Api> = {
    ECHO: (params) => params,
    WAIT: (params) => {
      seen.started++;
      seen.params.push(params);
      return new Promise((resolve) => waiting.push(() => resolve(params)));
    },
    BIG: (length) => {
      seen.started++;
      return "x".repeat(length);
    },
  };
  const server = RpcServer.serve<Api>(listener, handlers, options);
  return {
    server,
    seen,
    waiting,
    connect: () => TcpConn.connect(addr),
    async [Symbol.asyncDispose]() {
      for (const end of waiting) end();
      server.close();
      await server.finished;
    },
  };
}

function call(func: string, params: unknown): Uint8Array {
  return frameOf({ func, params });
}

function ok(func: string, response: unknown): unknown {
  return { status: "OK", response: { func, response } };
}

const NO_FRAMES: [name: string, bytes: Uint8Array][] = [
  ["an end without a call", new Uint8Array(0)],
  ["an end inside the head", call("ECHO", 1).subarray(0, 5)],
  ["an end inside the body", call("ECHO", 1).subarray(0, 20)],
  ["another version", rawFrame(2, 2, [0x7b, 0x7d])],
  ["the other byte order", rawFrame(1, 2, [0x7b, 0x7d], false)],
  ["a negative length", rawFrame(1, -5, [])],
  ["a length above the limit", rawFrame(1, (8 << 20) + 1, [])],
];

for (const [name, bytes] of NO_FRAMES) {
  test(`RpcServer answers ${name} with an error, and ends the connection`, async () => {
    await using host = serve();
    using conn = await host.connect();
    await writeAll(conn, bytes);
    if (name.startsWith("an end")) await conn.closeWrite();
    assertEquals(await readFrames(conn), [ERROR]);
  });
}

test("RpcServer answers the calls before an invalid frame, then the frame", async () => {
  await using host = serve();
  using conn = await host.connect();
  await writeAll(conn, call("WAIT", 1), call("ECHO", 2), rawFrame(9, 0, []), call("ECHO", 3), new Uint8Array(500_000));
  await until(() => host.waiting.length === 1);
  host.waiting[0]?.();
  assertEquals(await readFrames(conn), [ok("WAIT", 1), ok("ECHO", 2), ERROR]);
});

test("RpcServer answers a body that is not a call with an error, and continues", async () => {
  await using host = serve();
  using conn = await host.connect();
  const bodies = [
    "",
    "{",
    "null",
    "{}",
    "[]",
    "3",
    '"GET"',
    '{"func":"ECHO"}',
    '{"params":1}',
    "NaN",
    "\ufeff1",
  ];
  const noUtf8 = rawFrame(1, 3, [0x22, 0xff, 0x22]);
  await writeAll(conn, ...bodies.map(frameOf), noUtf8, frameOf({ func: 7, params: 1 }), call("ECHO", "fine"));
  const replies = await readFrames(conn, bodies.length + 3);
  assertEquals(replies.slice(0, bodies.length + 1), Array(bodies.length + 1).fill(ERROR));
  assertEquals(replies.slice(-2), [ok(7 as never, "ERROR - Function doesn't exist"), ok("ECHO", "fine")]);
});

test("RpcServer survives a body nested as deep as its length allows", async () => {
  await using host = serve();
  using conn = await host.connect();
  const deep = "[".repeat(1_000_000) + "]".repeat(1_000_000);
  await writeAll(conn, frameOf(`{"func":${deep},"params":1}`), frameOf(`{"func":"ECHO","params":${deep}}`));
  await writeAll(conn, call("ECHO", "fine"));
  const replies = await readFrames(conn, 3) as { status: string }[];
  assertEquals(replies.length, 3); // runtimes differ in how deeply JSON may be nested
  assertEquals(JSON.stringify(replies[2]), JSON.stringify(ok("ECHO", "fine")));
});

test("RpcServer answers what was sent before the peer ended its writing half", async () => {
  await using host = serve();
  using conn = await host.connect();
  await writeAll(conn, call("WAIT", 1), call("ECHO", 2));
  await conn.closeWrite();
  await until(() => host.waiting.length === 1);
  await pause(20);
  host.waiting[0]?.();
  assertEquals(await readFrames(conn), [ok("WAIT", 1), ok("ECHO", 2)]);
});

test("RpcServer closes a connection that is idle, not one with a call in flight", async () => {
  await using host = serve({ idleTimeout: 80 });
  using idle = await host.connect();
  using busy = await host.connect();
  await writeAll(busy, call("WAIT", 1));
  await writeAll(idle, call("ECHO", 1));
  const start = performance.now();
  assertEquals(await readFrames(idle), [ok("ECHO", 1)]);
  const waited = performance.now() - start;
  assert(waited >= 60 && waited < 1000, `it was closed after ${waited} ms`);
  await pause(100);
  host.waiting[0]?.();
  assertEquals(await readFrames(busy, 1), [ok("WAIT", 1)]);
});

test("RpcServer ends a connection whose frame takes too long, even if bytes keep arriving", async () => {
  await using host = serve({ frameTimeout: 100 });
  using conn = await host.connect();
  const start = performance.now();
  const replies = readFrames(conn);
  for (const byte of call("ECHO", "x".repeat(100))) {
    await conn.write(new Uint8Array([byte])).catch(() => {});
    await pause(10);
    if (performance.now() - start > 500) break;
  }
  assertEquals(await replies, [ERROR]);
});

test("RpcServer times each frame separately", async () => {
  await using host = serve({ frameTimeout: 150 });
  using conn = await host.connect();
  const frame = call("ECHO", 1);
  for (let round = 0; round < 4; round++) {
    await writeAll(conn, frame.subarray(5 * Math.min(round, 1)));
    await writeAll(conn, frame.subarray(0, 5)); // the start of the next
    await pause(60);
  }
  await writeAll(conn, frame.subarray(5));
  assertEquals(await readFrames(conn, 5), Array(5).fill(ok("ECHO", 1)));
});

test("RpcServer accepts no more than maxConnections, and the next when one ends", async () => {
  await using host = serve({ maxConnections: 2 });
  const [first, second, third] = [await host.connect(), await host.connect(), await host.connect()] as const;
  for (const conn of [first, second, third]) await writeAll(conn, call("ECHO", 1));
  assertEquals(await readFrames(first, 1), [ok("ECHO", 1)]);
  assertEquals(await readFrames(second, 1), [ok("ECHO", 1)]);
  await pause(30);
  assertEquals(host.server.connections, 2);
  first.close();
  assertEquals(await readFrames(third, 1), [ok("ECHO", 1)]);
  second.close();
  third.close();
});

test("RpcServer limits how many calls of a connection run at a time", async () => {
  await using host = serve({ maxCallsPerConnection: 3 });
  using conn = await host.connect();
  const values = Array.from({ length: 10 }, (_, i) => i);
  await writeAll(conn, ...values.map((value) => call("WAIT", value)));
  for (const value of values) {
    await until(() => host.seen.started === Math.min(value + 3, 10));
    await pause(5);
    assertEquals(host.seen.started, Math.min(value + 3, 10));
    host.waiting[value]?.();
  }
  assertEquals(await readFrames(conn, 10), values.map((value) => ok("WAIT", value)));
});

test("RpcServer limits how many calls of all connections run at a time", async () => {
  await using host = serve({ maxCalls: 4 });
  const conns = await Promise.all([1, 2, 3].map(() => host.connect()));
  for (const conn of conns) await writeAll(conn, ...[1, 2, 3].map((value) => call("WAIT", value)));
  for (let ended = 0; ended < 9; ended++) {
    await until(() => host.seen.started >= Math.min(ended + 4, 9));
    await pause(5);
    assertEquals(host.seen.started, Math.min(ended + 4, 9));
    host.waiting[ended]?.();
  }
  for (const conn of conns) {
    assertEquals(await readFrames(conn, 3), [1, 2, 3].map((value) => ok("WAIT", value)));
    conn.close();
  }
});

test("RpcServer serves first the connection that has waited longest, whatever the connections' age", async () => {
  await using host = serve({ maxCalls: 1, frameTimeout: 200 }); // the clock ticks every 50 ms
  const greedy = await Promise.all(Array.from({ length: 8 }, () => host.connect()));
  for (const conn of greedy) await writeAll(conn, ...Array.from({ length: 10 }, (_, i) => call("WAIT", i)));
  await until(() => host.seen.started === 1);
  using modest = await host.connect();
  await writeAll(modest, call("WAIT", 99));
  for (let ended = 0; ended < 12 && !host.seen.params.includes(99); ended++) {
    await pause(110);
    host.waiting[ended]?.();
    await until(() => host.seen.started === ended + 2);
  }
  const before = host.seen.params.indexOf(99);
  assert(before >= 0 && before <= 10, `${before} calls of others came first`);
  host.waiting[before]?.();
  assertEquals(await readFrames(modest, 1), [ok("WAIT", 99)]);
  for (const conn of greedy) conn.close();
  for (const end of host.waiting) end();
});

test("RpcServer does not consider a connection idle whose call waits for others to end", async () => {
  await using host = serve({ maxCalls: 1, idleTimeout: 200 });
  const [busy, patient] = await Promise.all([host.connect(), host.connect()]);
  await writeAll(busy, call("WAIT", 1));
  await until(() => host.seen.started === 1);
  await writeAll(patient, call("WAIT", 2));
  await pause(1000);
  host.waiting[0]?.();
  await until(() => host.seen.started === 2);
  host.waiting[1]?.();
  assertEquals(await readFrames(patient, 1), [ok("WAIT", 2)]);
  busy.close();
  patient.close();
});

test("RpcServer stops reading the calls of a peer that leaves its replies unread", async () => {
  await using host = serve();
  using conn = await host.connect();
  const calls = Array.from({ length: 1000 }, () => call("BIG", 100_000));
  await writeAll(conn, ...calls);
  let before = -1;
  while (before !== host.seen.started) {
    before = host.seen.started;
    await pause(50);
  }
  assert(before < 200, `${before} replies of 100 kB were made for nobody`);
  const replies = await readFrames(conn, 1000);
  assertEquals(replies.length, 1000);
  assertEquals(host.seen.started, 1000);
});

test("RpcServer stops reading calls while their replies wait for a slow one", async () => {
  await using host = serve();
  using conn = await host.connect();
  await writeAll(conn, call("WAIT", 1), ...Array.from({ length: 100 }, () => call("BIG", 100_000)));
  await until(() => host.seen.started > 10);
  await pause(50);
  assert(host.seen.started < 20, `${host.seen.started} replies of 100 kB are kept`); // 1 MiB
  host.waiting[0]?.();
  assertEquals((await readFrames(conn, 101)).length, 101);
  assertEquals(host.seen.started, 101);
});

test("RpcServer stops reading calls while many later replies wait for a slow one", async () => {
  await using host = serve();
  using conn = await host.connect();
  await writeAll(conn, call("WAIT", 1), ...Array.from({ length: 20 }, () => call("WAIT", "x".repeat(100_000))));
  await until(() => host.seen.started === 21);
  for (const end of host.waiting.slice(1)) end();
  await pause(10);
  await writeAll(conn, call("BIG", 10));
  await pause(50);
  assertEquals(host.seen.started, 21);
  host.waiting[0]?.();
  assertEquals((await readFrames(conn, 22)).length, 22);
});

test("RpcServer ends connections whose incomplete frames take too much memory together", async () => {
  await using host = serve({ maxBuffered: 100_000 });
  const frame = call("ECHO", "x".repeat(60_000));
  using first = await host.connect();
  using second = await host.connect();
  await writeAll(first, frame.subarray(0, 60_000));
  await pause(30);
  await writeAll(second, call("ECHO", "x".repeat(70_000)).subarray(0, 70_000)); // it has the most
  const reason = "The server holds too many incomplete calls: try again later";
  assertEquals(await readFrames(second), [{ ...ERROR, error: reason }]);
  await writeAll(first, frame.subarray(60_000));
  assertEquals((await readFrames(first, 1)).length, 1);
  using third = await host.connect();
  await writeAll(third, frame);
  assertEquals((await readFrames(third, 1)).length, 1);
});

test("RpcServer no longer counts the memory of a complete frame, and of an ended connection", async () => {
  await using host = serve({ maxBuffered: 10_000 });
  const long = call("ECHO", "x".repeat(6000));
  for (let round = 0; round < 3; round++) {
    using conn = await host.connect();
    for (const end of [3000, 6000, undefined]) { // in three parts, then one that is never complete
      await writeAll(conn, long.subarray(end === undefined ? 6000 : end - 3000, end));
      await pause(10);
    }
    assertEquals(await readFrames(conn, 1), [ok("ECHO", "x".repeat(6000))]);
    await writeAll(conn, long.subarray(0, 6000));
    await pause(10);
    conn.close();
    await until(() => host.server.connections === 0);
  }
});

test("RpcServer turns a reply above the limit into an error reply, and calls onError", async () => {
  const told: unknown[] = [];
  await using host = serve({ maxLength: 1000, onError: (error) => void told.push((error as { code?: string }).code) });
  using conn = await host.connect();
  await writeAll(conn, call("BIG", 900), call("BIG", 1000), call("BIG", 100_000), call("ECHO", "ü".repeat(400)));
  const replies = await readFrames(conn, 4);
  assertEquals(replies, [ok("BIG", "x".repeat(900)), ERROR, ERROR, ok("ECHO", "ü".repeat(400))]);
  assertEquals(told, ["too-long", "too-long"]);
});

test("RpcServer tells onError what the caller must not know", async () => {
  const errors: unknown[] = [];
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const secret = new Error("secret");
  await using _server = RpcServer.serve<{ A(params: unknown): unknown; B(params: unknown): unknown }>(listener, {
    A: () => Promise.reject(secret),
    B: () => {
      throw new RpcError("told");
    },
  }, { onError: (error) => errors.push(error) });
  using conn = await TcpConn.connect(listener.addr);
  await writeAll(conn, call("A", 1), call("B", 1));
  assertEquals(await readFrames(conn, 2), [ERROR, { status: "ERROR", error: "told" }]);
  assertEquals(errors, [secret]);
});

test("RpcServer answers with an error where a handler rejects with what cannot be read", async () => {
  const errors: unknown[] = [];
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  const unreadable = Object.assign(new RpcError("x"), { message: 1n });
  await using _server = RpcServer.serve<{ A(params: unknown): unknown; B(params: unknown): unknown }>(listener, {
    A: () => Promise.reject(proxy),
    B: () => Promise.reject(unreadable),
  }, { onError: (error) => errors.push(error) });
  using conn = await TcpConn.connect(listener.addr);
  await writeAll(conn, call("A", 1), call("B", 1));
  assertEquals(await readFrames(conn, 2), [ERROR, ERROR]);
  assert(errors.length === 2 && errors.every((error) => error instanceof TypeError));
});

test("RpcServer ends the connection of a peer that does not end it after a shutdown", async () => {
  await using host = serve();
  using conn = await host.connect();
  await writeAll(conn, call("ECHO", 1));
  assertEquals(await readFrames(conn, 1), [ok("ECHO", 1)]);
  const start = performance.now();
  await host.server.shutdown();
  const waited = performance.now() - start;
  assert(waited > 900 && waited < 2500, `it waited ${waited} ms`);
});

test("RpcServer closes a connection that arrives while it stops", async () => {
  const [left, right] = socketPair("stream");
  let accepted: (conn: RpcConn) => void = () => {};
  const accept = (): Promise<RpcConn> => new Promise((resolve) => accepted = resolve);
  const server = RpcServer.serve({ accept, close() {} }, {});
  await pause(0);
  const stopping = server.shutdown();
  accepted(left);
  assertEquals(await right.read(new Uint8Array(1), { timeout: 2000 }), null);
  await stopping;
  right.close();
});

test("RpcServer.shutdown() waits for a handler that never settles, until close()", async () => {
  await using host = serve();
  using conn = await host.connect();
  await writeAll(conn, call("WAIT", 1));
  await conn.closeWrite();
  await until(() => host.seen.started === 1);
  let stopped = false;
  const stopping = host.server.shutdown().then(() => stopped = true);
  await pause(50);
  assertEquals([stopped, host.server.connections], [false, 1]);
  host.server.close();
  host.server.close();
  await Promise.race([stopping, pause(2000)]);
  assertEquals([stopped, host.server.connections], [true, 0]);
  assertEquals(await readFrames(conn), []);
});

test("RpcServer continues after a transient error of accept, and ends with any other", async () => {
  const errors: unknown[] = [];
  const full = Object.assign(new Error("Too many open files"), { code: "EMFILE" });
  const broken = Object.assign(new Error("Bad file descriptor"), { code: "EBADF" });
  const refused = Object.assign(new Error("The connection is TCP"), { code: "EPROTONOSUPPORT" }); // SmcListener's
  const answers: (RpcConn | Error)[] = [full, refused, broken];
  let closed = 0;
  const server = RpcServer.serve<Record<string, never>>(
    {
      accept: () => Promise.reject(answers.shift()),
      close: () => void closed++,
    },
    {},
    { onError: (error) => errors.push(error) },
  );
  assert(await assertRejects(() => server.finished) === broken);
  assertEquals(errors, [full]);
  assertEquals(closed, 1);
});

test("RpcServer.shutdown() called by a handler answers that call and those before it", async () => {
  const stops: ((server: RpcServer) => unknown)[] = [
    (server) => void server.shutdown(),
    (server) => Promise.resolve(void server.shutdown()),
    (server) => {
      void server.shutdown();
      return pause(20);
    },
  ];
  for (const stop of stops) {
    for (const before of [0, 1]) {
      const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
      using conn = await TcpConn.connect(listener.addr);
      const handlers = { ECHO: (n: number) => n, STOP: () => stop(server) };
      const server: RpcServer = RpcServer.serve(listener, handlers, { idleTimeout: 2000 });
      const echoes = Array.from({ length: before }, () => call("ECHO", 1));
      await writeAll(conn, ...echoes, call("STOP", 1), call("ECHO", 2)); // the last comes too late
      assertEquals(await readFrames(conn), [...echoes.map(() => ok("ECHO", 1)), ok("STOP", null)]);
      conn.close();
      await server.finished;
    }
  }
});

test("RpcServer.shutdown() ends the connections of a listener that was closed already", async () => {
  const closed = new Error("Bad resource ID"); // Deno's errors, when it is closed and when it is closed again
  const [left, right] = socketPair("stream");
  let close = (_: unknown) => {};
  const later = new Promise<RpcConn>((_, reject) => close = reject);
  const answers: Promise<RpcConn>[] = [Promise.resolve(left), later];
  const server = RpcServer.serve<Record<string, never>>({
    accept: () => answers.shift() ?? Promise.reject(closed),
    close() {
      throw closed;
    },
  }, {});
  while (server.connections === 0) await pause(0);
  close(closed);
  const stopped = server.shutdown();
  assertEquals(await right.read(new Uint8Array(1)), null);
  right.close();
  await stopped;
  assertEquals(server.connections, 0);
});

test("RpcServer.serve() checks its options and handlers", () => {
  const listener = { accept: () => Promise.reject(new Error("nobody")), close() {} };
  for (const value of [5n, "5", true, {}]) {
    assertThrows(() => RpcServer.serve(listener, {}, { idleTimeout: value as number }), RangeError, "idleTimeout");
  }
  assertThrows(() => RpcServer.serve(listener, {}, { onError: 5 as never }), TypeError, "onError");
  for (const options of [null, 5, []]) {
    assertThrows(() => RpcServer.serve(listener, {}, options as never), TypeError, "options must be an object");
  }
  assertThrows(() => RpcServer.serve(listener, {}, { maxLenght: 5 } as never), TypeError, "did you mean maxLength?");
  assertThrows(() => RpcServer.serve(listener, {}, { timeout: 5 } as never), TypeError, "there is no option timeout");
  for (const none of [undefined, null, {}, Promise.resolve()]) {
    assertThrows(() => RpcServer.serve(none as never, {}), TypeError, "the listener must have accept");
  }
  for (
    const name of [
      "maxConnections",
      "maxCalls",
      "maxCallsPerConnection",
      "maxBuffered",
      "maxPending",
      "maxPendingPerConnection",
      "idleTimeout",
      "frameTimeout",
    ]
  ) {
    assertThrows(() => RpcServer.serve(listener, {}, { [name]: 0 }), RangeError, name);
  }
  assertThrows(() => RpcServer.serve(listener, {}, { maxLength: -1 }), RangeError);
  assertThrows(() => RpcServer.serve(listener, { GET: 1 } as never), TypeError, "GET");
});

test("RpcServer.serve() refuses handlers that are no object, and leaves the listener open", () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  for (const handlers of [undefined, null, 5, () => 1] as never[]) {
    assertThrows(() => RpcServer.serve(listener, handlers), TypeError, "the handlers must be an object: current value");
  }
  assert(listener.socket.fd >= 0);
});
