import { relay } from "../../socket/mod.ts";
import { UnixConn, UnixListener } from "../../unix/mod.ts";
import { assertEquals, tempDir, test } from "../runner/mod.ts";
import { startRedis } from "./servers.ts";

test("node-redis sends 1,000 commands through our relay, and recovers when redis-server restarts", {
  needs: ["net", "read", "write", "run", "env", "sys", "redis-server"],
}, async () => {
  using dir = tempDir();
  const { createClient } = await import("redis");
  const first = await startRedis(dir.path);
  const listener = UnixListener.listen({ path: `${dir.path}/relay` });
  const serving = (async () => {
    const relays: Promise<unknown>[] = [];
    for await (const conn of listener) {
      const relayed = UnixConn.connect({ path: `${dir.path}/redis` }).then((server) => relay(conn, server));
      relays.push(relayed.catch(() => conn.close())); // the server is down, or ended it
    }
    await Promise.all(relays);
  })();
  const redis = createClient({ socket: { path: `${dir.path}/relay`, tls: false, reconnectStrategy: () => 50 } });
  redis.on("error", () => {}); // it reconnects while the server is down
  await redis.connect();
  const value = "x".repeat(100_000);
  await redis.set("long", value);
  assertEquals(await redis.get("long"), value);
  const numbers = await Promise.all(Array.from({ length: 1000 }, () => redis.incr("count")));
  assertEquals(numbers.at(-1), 1000);
  await first[Symbol.asyncDispose]();
  await using _second = await startRedis(dir.path);
  let count: number | undefined;
  while (count === undefined) count = await redis.incr("count").catch(() => undefined); // what was under way fails
  assertEquals(count, 1); // the server stored nothing
  await redis.close();
  listener.close();
  await serving;
});
