import { UnixConn } from "../../unix/mod.ts";
import { assertEquals, tempDir, test } from "../runner/mod.ts";
import { connectorOver } from "./redis_connector.ts";
import { startRedis } from "./servers.ts";

test("ioredis sends 1,000 commands over our connection, and recovers when redis-server restarts", {
  needs: ["net", "read", "write", "run", "env", "sys", "redis-server"],
}, async () => {
  using dir = tempDir();
  const { Redis } = await import("ioredis");
  const first = await startRedis(dir.path);
  const redis = new Redis({
    Connector: await connectorOver(() => UnixConn.connect({ path: `${dir.path}/redis` })),
    retryStrategy: () => 50,
    maxRetriesPerRequest: null,
  });
  redis.on("error", () => {}); // it reconnects while the server is down
  const value = "x".repeat(100_000);
  await redis.set("long", value);
  assertEquals(await redis.get("long"), value);
  const numbers = await Promise.all(Array.from({ length: 1000 }, () => redis.incr("count")));
  assertEquals(numbers.at(-1), 1000);
  await first[Symbol.asyncDispose]();
  const waiting = redis.incr("count");
  await using _second = await startRedis(dir.path);
  assertEquals(await waiting, 1); // it stored nothing
  redis.disconnect();
  await new Promise((resolve) => redis.once("end", resolve));
});
