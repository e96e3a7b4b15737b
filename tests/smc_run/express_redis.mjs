// An ordinary Node program: Express counts visits in the Redis whose port is the argument, and fetch() visits.
import express from "express";
import { Redis } from "ioredis";
import process from "node:process";

const redis = new Redis({ host: "127.0.0.1", port: Number(process.argv[2]) });
const app = express();
app.get("/visit", async (_request, response) => void response.json({ visits: await redis.incr("visits") }));
const server = app.listen(0, "127.0.0.1", async () => {
  const { port } = server.address();
  for (let i = 0; i < 99; i++) await (await fetch(`http://127.0.0.1:${port}/visit`)).json();
  console.log(await (await fetch(`http://127.0.0.1:${port}/visit`)).text());
  console.log(server.constructor.name, redis.stream.constructor.name);
  await redis.quit();
  server.close();
  server.closeAllConnections();
});
