import { listSmcSockets, SmcConn } from "../../smc/mod.ts";
import { connectorOver } from "../drivers/redis_connector.ts";
import { assertEquals } from "../runner/mod.ts";
import { setMode, smcTest } from "./kernel.ts";
import { startRedisServer } from "./redis_server.ts";

const leaks = "the runtime opens the console at its first child";
let port = 6400;

for (const mode of ["smc-r", "tcp"] as const) {
  smcTest(`ioredis sends 1,000 commands to redis-server in ${mode}`, {
    leaks,
    needs: ["redis-server"],
    timeout: 120_000,
  }, async () => {
    await setMode(mode);
    const { Redis } = await import("ioredis");
    const addr = { port: ++port };
    await using server = await startRedisServer(addr.port, "smc");
    const redis = new Redis({ Connector: await connectorOver(() => SmcConn.connect(addr)), commandTimeout: 60_000 });
    const value = "x".repeat(200_000); // more than SMC's buffers hold
    await redis.set("long", value);
    assertEquals(await redis.get("long"), value);
    const numbers = await Promise.all(Array.from({ length: 1000 }, () => redis.incr("count")));
    assertEquals(numbers, Array.from({ length: 1000 }, (_, i) => i + 1));
    const ends = (await listSmcSockets()).filter(({ localAddr, remoteAddr }) =>
      remoteAddr.port !== 0 && [localAddr.port, remoteAddr.port].includes(addr.port)
    );
    assertEquals(new Set(ends.map((end) => end.mode)), new Set([mode]), server.pid.toString());
    await redis.quit();
  });
}
