import { TCP_NODELAY, TcpConn, TcpListener } from "../../inet/mod.ts";
import { RpcClient, RpcClosedError, type RpcConn, RpcError } from "../../rpc/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";
import { concat, rawFrame } from "./frames.ts";
import { frameOf, pause, readFrames, writeAll } from "./raw_conn.ts";

/** A client of a server that does what the test tells it with its one connection. */
async function withServer(
  serve: (conn: TcpConn) => Promise<void>,
  fn: (client: RpcClient) => Promise<void>,
  options = {},
): Promise<void> {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const served = listener.accept().then(async (conn) => {
    using _conn = conn;
    await serve(conn);
  });
  using client = new RpcClient(await TcpConn.connect(listener.addr), options);
  await fn(client);
  client.close();
  await served;
}

function ok(func: string, response: unknown): Uint8Array {
  return frameOf({ status: "OK", response: { func, response } });
}

const ENDS: [name: string, bytes: Uint8Array, message: string][] = [
  ["the server ends the connection", new Uint8Array(0), "the server ended the connection"],
  [
    "the connection ends inside a reply",
    ok("A", 1).subarray(0, 20),
    `it ended at byte 20, after 20 of ${ok("A", 1).length} bytes`,
  ],
  [
    "the connection ends inside the head of a reply",
    ok("A", 1).subarray(0, 7),
    "it ended at byte 7, after 7 of 8 bytes of a head",
  ],
  ["a reply has another version", rawFrame(4, 1, [1]), "its version is 4"],
  ["a reply comes in the other byte order", rawFrame(1, 2, [0x7b, 0x7d], false), "the other byte order"],
  ["a reply has a negative length", rawFrame(1, -1, []), "its length is -1"],
  ["a reply is above the limit", rawFrame(1, 1001, []), "its length is 1001, the limit is 1000"],
  ["a reply is to another function", ok("Z", 1), "a reply arrived that does not match the call of A"],
  ["a reply is none", frameOf([1]), "a reply arrived that does not match the call of A"],
  ["a reply is null", frameOf(null), "a reply arrived that does not match the call of A"],
];

for (const [name, bytes, message] of ENDS) {
  test(`RpcClient.call() rejects every call when ${name}`, async () => {
    await withServer(async (conn) => {
      await readFrames(conn, 3);
      await writeAll(conn, bytes);
      await conn.closeWrite();
      await readFrames(conn);
    }, async (client) => {
      const calls = ["A", "B", "C"].map((func) => assertRejects(() => client.call(func, 1), RpcClosedError, message));
      const errors = await Promise.all(calls);
      assertEquals(
        errors.map((error) => error.message.slice(0, 15)),
        ["A", "B", "C"].map((func) => `Cannot call ${func}: `),
      );
      await assertRejects(() => client.call("D", 1), RpcClosedError, `Cannot call D: `);
    }, { maxLength: 1000 });
  });
}

test("RpcClient.call() rejects every call when an unexpected reply arrives", async () => {
  await withServer(async (conn) => {
    await readFrames(conn, 1);
    await writeAll(conn, ok("A", 1), ok("A", 2));
    await readFrames(conn);
  }, async (client) => {
    assertEquals(await client.call("A", 0), 1);
    await pause(10);
    await assertRejects(() => client.call("A", 0), RpcClosedError, "a reply arrived without a call");
  });
});

test("RpcClient.call() made after a reply is answered after the calls still pending", async () => {
  await withServer(async (conn) => {
    await readFrames(conn, 3);
    await writeAll(conn, ok("A", 1));
    await readFrames(conn, 1);
    await writeAll(conn, ok("B", 2), ok("C", 3), ok("D", 4));
    await readFrames(conn);
  }, async (client) => {
    const [first, ...others] = ["A", "B", "C"].map((func) => client.call(func, 0, { timeout: 5000 }));
    assertEquals(await first, 1);
    assertEquals(await Promise.all([...others, client.call("D", 0, { timeout: 5000 })]), [2, 3, 4]);
  });
});

test("RpcClient.call() accepts replies split anywhere", async () => {
  await withServer(async (conn) => {
    await readFrames(conn, 3);
    for (const byte of concat(ok("A", "ä"), ok("B", null), frameOf({ status: "ERROR" }))) {
      await writeAll(conn, new Uint8Array([byte]));
    }
    await readFrames(conn);
  }, async (client) => {
    const [first, second] = [client.call("A", 1), client.call("B", 2)];
    const refused = assertRejects(
      () => client.call("C", 3),
      RpcError,
      "Cannot call C: the server replied with an error",
    );
    assertEquals(await Promise.all([first, second]), ["ä", null]);
    await refused;
  });
});

test("RpcClient.call() rejects only the call whose reply is not JSON, and names it", async () => {
  const deep = `${"[".repeat(300)}${"]".repeat(300)}`;
  await withServer(async (conn) => {
    await readFrames(conn, 4);
    await writeAll(conn, frameOf('{"status": NaN}'), rawFrame(1, 1, [0xff]), frameOf(deep), ok("D", 3));
    await readFrames(conn);
  }, async (client) => {
    const results = await Promise.allSettled(["A", "B", "C", "D"].map((func) => client.call(func, 1)));
    for (const [i, func] of ["A", "B", "C"].entries()) {
      const result = results[i];
      assert(result?.status === "rejected" && result.reason instanceof SyntaxError);
      assert(result.reason.message.startsWith(`Cannot call ${func}: its reply cannot be read: `));
    }
    assertEquals(results[3], { status: "fulfilled", value: 3 });
  });
});

test("RpcClient.call() rejects when its own parameters close the client or abort the call", async () => {
  using client = new RpcClient(recorder([]));
  const controller = new AbortController();
  const aborting = { toJSON: () => controller.abort(new Error("no more")) ?? 1 };
  const { signal } = controller;
  await assertRejects(() => client.call("A", aborting, { signal, timeout: 5000 }), Error, "no more");
  const closing = { toJSON: () => client.close() ?? 1 };
  await assertRejects(() => client.call("A", closing, { timeout: 5000 }), RpcClosedError, "the client was closed");
});

test("RpcClient.call() sends calls of one turn in one write, in order", async () => {
  const writes: Uint8Array[] = [];
  using client = new RpcClient(recorder(writes));
  for (let i = 0; i < 64; i++) client.call("A", i).catch(() => {});
  await pause(0);
  assertEquals(writes, [concat(...Array.from({ length: 64 }, (_, i) => frameOf({ func: "A", params: i })))]);
});

test("RpcClient turns off Nagle's algorithm, which would delay its second write", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const conn = await TcpConn.connect(listener.addr);
  using client = new RpcClient(conn);
  using server = await listener.accept();
  for (const expected of [false, true, true]) {
    const calling = client.call("A", 1);
    await readFrames(server, 1);
    assertEquals(conn.socket.get(TCP_NODELAY), expected);
    await writeAll(server, ok("A", 1));
    await calling;
  }
});

test("RpcClient.call() writes the rest after a partial write", async () => {
  const writes: Uint8Array[] = [];
  using client = new RpcClient(recorder(writes, 7));
  client.call("A", "ä€\u{1f600}".repeat(5000)).catch(() => {});
  client.call("B", 1).catch(() => {});
  await pause(50);
  const expected = concat(
    frameOf({ func: "A", params: "ä€\u{1f600}".repeat(5000) }),
    frameOf({ func: "B", params: 1 }),
  );
  assertEquals(concat(...writes).length, expected.length);
  assert(concat(...writes).every((byte, i) => byte === expected[i]));
});

test("RpcClient.call() rejects what cannot be sent, and sends the next", async () => {
  const writes: Uint8Array[] = [];
  using client = new RpcClient(recorder(writes), { maxLength: 100 });
  const circle: unknown[] = [];
  circle.push(circle);
  await assertRejects(() => client.call("A", circle), TypeError);
  for (const params of [1n, () => 1, Symbol("x"), { toJSON() {} }]) {
    await assertRejects(() => client.call("A", params), TypeError);
  }
  const long = await assertRejects(() => client.call("A", "x".repeat(100)));
  assertEquals((long as Error).name, "FrameError");
  const bytes = await assertRejects(() => client.call("A", "€".repeat(40)));
  assertEquals((bytes as Error).name, "FrameError");
  client.call("A", undefined).catch(() => {});
  await pause(0);
  assertEquals(writes, [frameOf({ func: "A", params: null })]);
});

test("RpcClient.call() refuses invalid names and timeouts, and sends nothing", async () => {
  await withServer(async (conn) => {
    assertEquals(await readFrames(conn, 1), [{ func: "A", params: "the second" }]);
    await writeAll(conn, ok("A", "the second"));
  }, async (client) => {
    for (const func of [undefined, null, NaN, 5n, Symbol("x"), {}]) {
      await assertRejects(() => client.call(func as string, "the first"), TypeError, "func must be a string");
    }
    for (const timeout of [NaN, -1, null, "5", 5n, {}]) {
      await assertRejects(() => client.call("A", "the first", { timeout: timeout as number }), RangeError, "timeout");
    }
    for (const options of [5, null, { timeOut: 5 }, AbortSignal.abort()]) {
      await assertRejects(() => client.call("A", "the first", options as never), TypeError, "Cannot call");
    }
    assertEquals(await client.call("A", "the second"), "the second");
  });
});

test("RpcClient refuses values that are not a connection", () => {
  for (const conn of [undefined, null, 5, "x", {}, Promise.resolve()]) {
    assertThrows(() => new RpcClient(conn as RpcConn), TypeError, "is not a connection");
  }
  using listener = TcpListener.listen({ hostname: "127.0.0.1" });
  assertThrows(() => new RpcClient(listener as never), TypeError, "is not a connection");
  assert(listener.socket.fd >= 0); // still the caller's
});

test("RpcClient.call() costs the same whether many calls are in flight or few", { timeout: 60_000 }, async () => {
  await answered(5_000);
  const few = await answered(5_000);
  const many = await answered(150_000);
  assert(many < few * 10, `${few} µs a call with 5,000 in flight, ${many} µs with 150,000`);
});

test("RpcClient.call() sets no timer for a timeout of Infinity", () => {
  const { setTimeout } = globalThis;
  let timers = 0;
  globalThis.setTimeout = ((...args: Parameters<typeof setTimeout>) => {
    timers++;
    return setTimeout(...args);
  }) as typeof setTimeout;
  try {
    using client = new RpcClient(recorder([]));
    client.call("A", 1, { timeout: Infinity }).catch(() => {});
    assertEquals(timers, 0);
  } finally {
    globalThis.setTimeout = setTimeout;
  }
});

test("RpcClient.call() rejects with the cause when the connection fails", async () => {
  const cause = new Error("Connection reset by peer");
  const failing: RpcConn = {
    read: () => new Promise((_, reject) => setTimeout(reject, 5, cause)),
    write: (p) => Promise.resolve(p.length),
    close() {},
  };
  using client = new RpcClient(failing);
  const error = await assertRejects(
    () => client.call("A", 1),
    RpcClosedError,
    "the connection failed: Connection reset",
  );
  assert(error.cause === cause);
});

test("RpcClient.call() rejects when writing fails", async () => {
  const cause = new Error("Broken pipe");
  let reject = (_: unknown) => {};
  const failing: RpcConn = {
    read: () => new Promise((_, fail) => reject = fail),
    write: () => Promise.reject(cause),
    close: () => reject(new Error("closed")),
  };
  using client = new RpcClient(failing);
  const error = await assertRejects(
    () => client.call("A", 1),
    RpcClosedError,
    "Cannot call A: the connection failed: Broken pipe",
  );
  assert(error.cause === cause);
});

test("RpcClient.call() does not search an aborted signal's other listeners for its own", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  let searches = 0;
  signal.removeEventListener = () => void searches++;
  using client = new RpcClient(recorder([]));
  const calls = Array.from({ length: 100 }, () => client.call("A", 1, { signal }));
  controller.abort();
  assert((await Promise.allSettled(calls)).every(({ status }) => status === "rejected"));
  assertEquals(searches, 0);
});

test("RpcClient closes its connection once", () => {
  let closed = 0;
  const conn: RpcConn = { ...recorder([]), close: () => void closed++ };
  {
    using client = new RpcClient(conn);
    client.close();
  }
  assertEquals(closed, 1);
  assertThrows(() => new RpcClient(conn, { maxLength: -1 }), RangeError);
});

/** Microseconds for each of some calls that are answered when all have been made. */
async function answered(calls: number): Promise<number> {
  const replies = new TextEncoder().encode(
    Array.from({ length: calls }, (_, i) => new TextDecoder().decode(ok("A", i))).join(""),
  );
  let at = 0;
  let start = () => {};
  const made = new Promise<void>((resolve) => start = resolve);
  using client = new RpcClient({
    ...recorder([]),
    async read(p) {
      await made;
      const part = replies.subarray(at, at + p.length);
      if (part.length === 0) return await new Promise(() => {});
      p.set(part);
      at += part.length;
      return part.length;
    },
  });
  const results = Promise.all(Array.from({ length: calls }, (_, i) => client.call("A", i)));
  const begun = performance.now();
  start();
  assertEquals((await results).at(-1), calls - 1);
  return (performance.now() - begun) * 1000 / calls;
}

/** A connection that records what is written, at most `most` bytes at a time, and never returns data. */
function recorder(writes: Uint8Array[], most = Infinity): RpcConn {
  return {
    read: () => new Promise(() => {}),
    write(p) {
      writes.push(p.slice(0, most));
      return Promise.resolve(Math.min(p.length, most));
    },
    close() {},
  };
}
