import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { RpcClient, type RpcConn, RpcServer } from "../../rpc/mod.ts";
import { assertEquals, test } from "../runner/mod.ts";
import { pause } from "./raw_conn.ts";

interface Api {
  BIG(length: number): string;
}

test("RpcServer does not take for idle a peer that reads a long reply slowly", async () => {
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
