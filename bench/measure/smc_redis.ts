/**
 * Measures redis-server in the guest, by ioredis: `smc_redis.ts smc-r|fallback|tcp SECONDS`, commands a second with 16 in
 * flight.
 *
 * @module
 */
import { Redis } from "ioredis";
import { TcpConn } from "../../inet/mod.ts";
import { removeUeid, SmcConn } from "../../smc/mod.ts";
import { connectorOver } from "../../tests/drivers/redis_connector.ts";
import { startRedisServer } from "../../tests/smc/redis_server.ts";

const [over = "tcp", seconds = "1"] = Deno.args;
if (over === "fallback") await removeUeid("GUEST");
const addr = { port: 6379 };
await using _server = await startRedisServer(addr.port, over === "tcp" ? "tcp" : "smc");
const mode = over === "tcp" ? "tcp" : await modeOf();
if (mode !== (over === "smc-r" ? "smc-r" : "tcp")) throw new Error(`The connection is ${mode}`);
const redis = new Redis({
  Connector: await connectorOver(() => over === "tcp" ? TcpConn.connect(addr) : SmcConn.connect(addr)),
});
await measure(Number(seconds) * 1000); // the code is compiled now
console.log(JSON.stringify({ value: await measure(Number(seconds) * 1000), note: `mode ${mode}` }));
redis.disconnect();

/** Commands a second. */
async function measure(time: number): Promise<number> {
  let commands = 0;
  const begin = performance.now();
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (; performance.now() - begin < time; commands++) await redis.incr("count");
  }));
  return commands * 1000 / (performance.now() - begin);
}

async function modeOf(): Promise<string> {
  await using conn = await SmcConn.connect(addr);
  return (await conn.smc()).mode;
}
