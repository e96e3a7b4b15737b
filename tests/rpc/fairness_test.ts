import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { RpcClient, RpcServer } from "../../rpc/mod.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { frameOf, until, writeAll } from "./raw_conn.ts";

interface Api {
  WORK(params: unknown): null;
  ECHO(params: unknown): unknown;
}

/** Connections that call a function which takes long, and how many milliseconds. */
const OTHERS = 40;
const LONG = 10;

function work(): void {
  for (const end = performance.now() + LONG; performance.now() < end;);
}

test(`a short call waits for few of the long ones of ${OTHERS} other connections, which all get their turn`, async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const worked = new Map<unknown, number>();
  let all = 0;
  await using server = RpcServer.serve<Api>(listener, {
    WORK(who) {
      all++;
      worked.set(who, (worked.get(who) ?? 0) + 1);
      work();
      return null;
    },
    ECHO(params) {
      if (params === 3) work(); // as where the processor runs another program meanwhile: it is short all the same
      return params;
    },
  });
  const others = await Promise.all(Array.from({ length: OTHERS }, () => TcpConn.connect(listener.addr)));
  await Promise.all(others.map((conn, who) => {
    return writeAll(conn, ...Array(200).fill(frameOf({ func: "WORK", params: who })));
  }));
  await until(() => all > OTHERS);
  const waits: number[] = [];
  using client = new RpcClient<Api>(await TcpConn.connect(listener.addr));
  for (let round = 0; round < 20; round++) {
    await new Promise((resolve) => setTimeout(resolve, LONG)); // the server has turned to others
    const before = all;
    assertEquals(await client.call("ECHO", round), round);
    waits.push(all - before);
  }
  console.log(`      it waited for ${waits} long calls`);
  const usual = waits.sort((a, b) => a - b)[10] ?? 0;
  assert(usual <= OTHERS / 4, `it waited for ${waits} long calls`);
  await until(() => worked.size === OTHERS);
  const begun = new Map(worked);
  const enough = all + 4 * OTHERS;
  await until(() => all >= enough);
  const counts = Array.from(worked, ([who, count]) => count - (begun.get(who) ?? 0));
  assert(Math.min(...counts) >= 2 && Math.max(...counts) <= 6, `calls of each: ${counts}`);
  for (const conn of others) conn.close();
  server.close();
});
