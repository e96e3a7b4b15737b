// An ordinary Node program: node-redis counts in the Redis whose port is the argument.
import process from "node:process";
import { createClient } from "redis";

const redis = createClient({ socket: { host: "127.0.0.1", port: Number(process.argv[2]) } });
await redis.connect();
const counts = await Promise.all(Array.from({ length: 1000 }, () => redis.incr("count")));
console.log(counts.at(-1), process.getActiveResourcesInfo().includes("TCPSocketWrap"));
await redis.close();
