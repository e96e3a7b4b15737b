import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { RpcClient, RpcClosedError, type RpcConn, RpcServer } from "../../rpc/mod.ts";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";
import { frameOf, pause, until, writeAll } from "./raw_conn.ts";

interface Api {
  BIG(length: number): string;
}

test("RpcServer does not consider a peer idle that reads a long reply slowly", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  await using _server = RpcServer.serve<Api>(
    {
      accept: async () => slow(await listener.accept()),
      close: () => listener.close(),
    },
    { BIG: (length) => "x".repeat(length) },
    { idleTimeout: 400 },
  );
  using client = new RpcClient<Api>(await TcpConn.connect(listener.addr));
  assertEquals((await client.call("BIG", 20_000)).length, 20_000); // takes a second
});

test("RpcServer closes an idle connection whose peer reads no replies, although another of its calls waits", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  let [accepted, closed] = [0, 0];
  await using server = RpcServer.serve<Api>(
    {
      async accept() {
        const conn = await listener.accept();
        accepted++;
        const close = (): void => {
          closed++;
          conn.close();
        };
        return { read: (p) => conn.read(p), write: () => new Promise<number>(() => {}), close };
      },
      close: () => listener.close(),
    },
    { BIG: (length) => "x".repeat(length) },
    { idleTimeout: 200 },
  );
  using conn = await TcpConn.connect(listener.addr);
  await writeAll(conn, ...Array.from({ length: 4 }, () => frameOf({ func: "BIG", params: 1_000_000 })));
  await until(() => accepted === 1 && server.connections === 0);
  assertEquals(closed, 1);
});

test("RpcServer shuts down although a peer leaves its replies unread", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const server = RpcServer.serve<Api>(listener, { BIG: (length) => "x".repeat(length) }, { idleTimeout: 300 });
  using conn = await TcpConn.connect(listener.addr);
  const calls = Array.from({ length: 40 }, () => frameOf({ func: "BIG", params: 1_000_000 }));
  await writeAll(conn, ...calls);
  await pause(50);
  const start = performance.now();
  await server.shutdown();
  const waited = performance.now() - start;
  assert(waited > 200 && waited < 5000, `it waited ${waited} ms`);
});

test("RpcServer.close() ends a shutdown that waits for a handler which never settles", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  let calls = 0;
  const server = RpcServer.serve<{ NEVER(params: null): void }>(listener, {
    NEVER: () => {
      calls++;
      return new Promise(() => {});
    },
  }, { idleTimeout: 40 });
  using client = new RpcClient<{ NEVER(params: null): void }>(await TcpConn.connect(listener.addr));
  const call = assertRejects(() => client.call("NEVER", null), RpcClosedError);
  await until(() => calls === 1);
  let isOver = false;
  const over = server.shutdown().then(() => isOver = true);
  await pause(200);
  assertEquals(isOver, false);
  server.close();
  await Promise.all([over, call]);
  assertEquals(server.connections, 0);
});

/** A connection that takes 1,000 bytes every 50 ms. */
function slow(conn: TcpConn): RpcConn {
  return {
    read: (p) => conn.read(p),
    async write(p) {
      await pause(50);
      return await conn.write(p.subarray(0, 1000));
    },
    close: () => conn.close(),
  };
}
