// Two workers of a cluster that share a port: prints who answered.
import cluster from "node:cluster";
import { once } from "node:events";
import http from "node:http";

if (cluster.isPrimary) {
  const workers = [cluster.fork(), cluster.fork()];
  const [[{ port }]] = await Promise.all(workers.map((worker) => once(worker, "listening")));
  const answers = new Set();
  for (let i = 0; i < 6; i++) {
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: "close" } });
    answers.add(await response.text());
  }
  console.log([...answers].sort().join(" and "));
  for (const worker of workers) worker.kill();
} else {
  http.createServer((_, response) => response.end(`${cluster.worker.id}`)).listen(0, "127.0.0.1");
}
