import { type Dictionary, dictionary, sqliteStore } from "../../dictionary/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { RpcClient, RpcError, RpcServer } from "../../rpc/mod.ts";
import { frameOf, readFrames, writeAll } from "../rpc/raw_conn.ts";
import { assert, assertEquals, assertRejects, tempDir, test } from "../runner/mod.ts";

/** An array in an array in an array, …: so many levels. */
function nested(levels: number): unknown {
  let value: unknown = [];
  for (let i = 1; i < levels; i++) value = [value];
  return value;
}

/** About how many levels JSON.stringify() has stack for, at most 20,000: newer V8 needs no stack for them. */
function deepest(): number {
  for (let levels = 20_000;; levels = Math.floor(levels * 0.9)) {
    try {
      JSON.stringify(nested(levels));
      return levels;
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
}

/** Runs with most of the stack used. */
function atTheEndOfTheStack<T>(fn: () => T): T {
  let depth = 0;
  const measure = (): void => {
    depth++;
    measure();
  };
  try {
    measure();
  } catch { // the stack has ended
    depth = Math.floor(depth * 0.8);
  }
  const go = (left: number): T => left === 0 ? fn() : go(left - 1);
  return go(Math.min(depth, 5000));
}

test(
  "a PUT that is nested as deep as the stack allows is refused; what was acknowledged is read again with less stack",
  {
    needs: ["env", "read", "write"],
  },
  async () => {
    using folder = tempDir();
    const file = `${folder.path}/words.db`;
    {
      await using words = dictionary(sqliteStore(file));
      const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
      await using _server = RpcServer.serve<Pick<Dictionary, "GET" | "PUT">>(listener, words);
      using client = new RpcClient<Dictionary>(await TcpConn.connect(listener.addr));
      using conn = await TcpConn.connect(listener.addr);
      for (const levels of [2200, 5700, deepest()]) {
        const text = `{"func":"PUT","params":{"obj":"a","val":${"[".repeat(levels)}${"]".repeat(levels)}}}`;
        await writeAll(conn, frameOf(text)); // as a client with more stack would
        const [reply] = await readFrames(conn, 1) as [{ error: string }];
        assertEquals(reply.error, "The JSON is nested deeper than 200 levels");
        await assertRejects(
          async () => await words.PUT({ obj: "a", val: nested(levels) }),
          RpcError,
          "deeper than 199",
        );
      }
      await assertRejects(async () => await words.PUT({ obj: "a", val: nested(200) }), RpcError, "deeper than 199");
      await assertRejects(
        async () => await words.PUT({ obj: "a", val: { a: nested(199) } }),
        RpcError,
        "deeper than 199",
      );
      await words.PUT({ obj: "local", val: nested(199) });
      await client.call("PUT", { obj: "remote", val: nested(199) });
      for (const obj of ["local", "remote"]) assertEquals((await client.call("GET", { obj })).val, nested(199));
    }
    await using again = atTheEndOfTheStack(() => dictionary(sqliteStore(file)));
    for (const obj of ["local", "remote"]) {
      const { val } = await atTheEndOfTheStack(() => again.GET({ obj }));
      assertEquals(JSON.stringify(val), JSON.stringify(nested(199)));
    }
    assertEquals(await again.GET({ obj: "a" }), { obj: "a", val: null });
  },
);

test("a PUT of 1e20,1e20,… is acknowledged only if GET can answer it, four times as long", async () => {
  await using words = dictionary();
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  await using _server = RpcServer.serve<Pick<Dictionary, "GET" | "PUT">>(listener, words);
  using conn = await TcpConn.connect(listener.addr);
  const call = async (func: string, params: string) => {
    const frame = frameOf(`{"func":"${func}","params":${params}}`);
    for (let at = 0; at < frame.length;) at += await conn.write(frame.subarray(at));
    const [reply] = await readFrames(conn, 1) as [{ status: string; error?: string; response: { response: unknown } }];
    return reply;
  };
  const numbers = (count: number) => `[${Array(count).fill("1e20").join()}]`;
  for (const count of [400_000, 500_000, 1_600_000]) {
    const { status, error = "" } = await call("PUT", `{"obj":"a","val":${numbers(count)}}`);
    assertEquals(status, "ERROR", `${count} numbers`);
    assert(/would be \d+ bytes long|more values than the server may hold/.test(error), error);
  }
  assertEquals((await call("GET", '{"obj":"a"}')).response.response, { obj: "a", val: null });
  assertEquals((await call("PUT", `{"obj":"a","val":${numbers(380_000)}}`)).status, "OK");
  const { val } = (await call("GET", '{"obj":"a"}')).response.response as { val: number[] };
  assertEquals([val.length, val.at(-1)], [380_000, 1e20]);
});
