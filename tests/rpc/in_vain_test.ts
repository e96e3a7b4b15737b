import fc from "fast-check";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { RpcClient, RpcServer } from "../../rpc/mod.ts";
import { leastLength } from "../../rpc/_least_length.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { frameOf, pause, until, writeAll } from "./raw_conn.ts";

const MIB = 1024 * 1024;
const GREEDY = 100;

for (const isLate of [false, true]) {
  const kind = isLate ? "late" : "immediate";
  test(`RpcServer makes no ${kind} long replies in vain while ${GREEDY} clients read none, and answers short calls`, async () => {
    const big = "x".repeat(7.5 * MIB); // more than the kernel takes
    let ran = 0;
    const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
    await using _server = RpcServer.serve<{ BIG(params: null): string; ECHO(params: unknown): unknown }>(listener, {
      BIG() {
        ran++;
        return isLate ? new Promise((resolve) => setTimeout(() => resolve(big), 1)) : big;
      },
      ECHO: (params) => params,
    }, { maxPending: 16 * MIB });
    using client = new RpcClient<{ BIG(params: null): string; ECHO(params: unknown): unknown }>(
      await TcpConn.connect(listener.addr),
    );
    assertEquals((await client.call("BIG", null)).length, big.length); // now the server knows
    const greedy = await Promise.all(Array.from({ length: GREEDY }, () => TcpConn.connect(listener.addr)));
    for (const conn of greedy) await writeAll(conn, frameOf({ func: "BIG", params: null }));
    for (const end = performance.now() + 2000; performance.now() < end; await pause(50)) {
      assertEquals(await client.call("ECHO", 1, { timeout: 20_000 }), 1);
    }
    for (const conn of greedy) conn.close();
    console.log(`      it ran ${ran} times`);
    assert(ran < GREEDY / 2, `it ran ${ran} times`);
  });
}

test("RpcServer makes no reply for a connection that has ended", async () => {
  let [begun, settled, made] = [0, 0, 0];
  let finish = () => {};
  const all = new Promise<void>((resolve) => finish = resolve);
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = RpcServer.serve<{ LATER(params: null): unknown }>(listener, {
    async LATER() {
      begun++;
      await all;
      settled++;
      return { toJSON: () => ++made };
    },
  });
  const conn = await TcpConn.connect(listener.addr);
  for (let i = 0; i < 20; i++) await writeAll(conn, frameOf({ func: "LATER", params: null }));
  await until(() => begun === 20);
  conn.reset();
  await until(() => server.connections === 0);
  finish();
  await until(() => settled === 20);
  await pause(20);
  assertEquals(made, 0);
});

test("leastLength() of a value is never more than the length of its JSON", () => {
  fc.assert(fc.property(fc.anything({ withDate: true, withSparseArray: true }), (value) => {
    const json: string | undefined = JSON.stringify(value, (_, each) => typeof each === "bigint" ? 0 : each);
    assert(leastLength(value) <= (json ?? "null").length, json);
  }));
  const long = "x".repeat(1000);
  for (const value of [long, { obj: "a", val: long }, [[long]], Array(500).fill(0)]) {
    assert(leastLength(value) >= 1000, JSON.stringify(value));
  }
});
