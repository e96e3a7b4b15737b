import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { Load } from "../../rpc/_load.ts";
import { replyHead } from "../../rpc/_reply.ts";
import { Session } from "../../rpc/_session.ts";
import { frameFormat } from "../../rpc/frame.ts";
import { limitsOf } from "../../rpc/server_options.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { frameOf, pause, readFrames, until, writeAll } from "./raw_conn.ts";

const CALLS = 400;

/** Sums what it is told. */
class CountedLoad extends Load {
  calls = 0;
  pending = 0;
  buffered = 0;
  most = 0;

  override add(calls: number, pending: number): void {
    this.calls += calls;
    this.pending += pending;
    this.most = Math.max(this.most, this.pending);
    super.add(calls, pending);
  }

  override buffer(bytes: number): void {
    this.buffered += bytes;
    super.buffer(bytes);
  }
}

test("nothing of the load is left once all replies are sent, not even a part of a byte", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using conn = await TcpConn.connect(listener.addr);
  const limits = limitsOf({ maxCallsPerConnection: 10 });
  const load = new CountedLoad(limits);
  const run = async (length: number): Promise<string> => {
    await pause(length % 5);
    return "x".repeat(length);
  };
  const handlers = new Map([["LATE", { run, head: replyHead("LATE"), usual: 8192, time: 0 }]]);
  const host = { format: frameFormat({}), limits, handlers, load, onError: () => {} };
  const session = new Session(await listener.accept(), host);
  const over = session.run();
  const calls = Array.from({ length: CALLS }, (_, i) => frameOf({ func: "LATE", params: (i * 7919) % 20_000 }));
  const [replies] = await Promise.all([readFrames(conn, CALLS), writeAll(conn, ...calls)]);
  assertEquals(replies.length, CALLS);
  await until(() => load.calls === 0 && Math.abs(load.pending) < 1);
  assert(load.most > 0);
  assertEquals([load.pending, session.pending, session.buffered, load.buffered], [0, 0, 0, 0]);
  session.close();
  await over;
  assertEquals([load.calls, load.pending, load.buffered, load.crowd.size, load.all.size], [0, 0, 0, 0, 0]);
});
