// An ordinary Node program, which knows nothing about SMC: it serves and requests itself with node:http and fetch().
// Prints one line of JSON, and at the end of its input ends by itself.
import { subscribe } from "node:diagnostics_channel";
import { createServer, get } from "node:http";
import process from "node:process";
import { buffer, text } from "node:stream/consumers";

const server = createServer(async (request, response) => {
  const body = await buffer(request);
  response.setHeader("connection", request.url === "/close" ? "close" : "keep-alive");
  response.end(body.length > 0 ? body : `hello ${request.url}`);
});
await new Promise((resolve, reject) => server.listen(0, "127.0.0.1", resolve).once("error", reject));
const { address, family, port } = server.address();
const base = `http://127.0.0.1:${port}`;

const kinds = new Set();
subscribe("undici:client:connected", ({ socket }) => kinds.add(socket.constructor.name));
const answers = [];
for (let i = 0; i < 5; i++) answers.push(await (await fetch(`${base}/${i}`)).text());
const long = "b".repeat(1 << 20);
for (const path of ["/close", "/keep"]) {
  const echoed = await (await fetch(base + path, { method: "POST", body: long })).text();
  answers.push(echoed === long);
}
answers.push(
  await new Promise((resolve, reject) =>
    get(`${base}/get`, (response) => resolve(text(response))).once("error", reject)
  ),
);
const refused = await fetch("http://127.0.0.1:4/").catch(({ cause }) => cause.code);
const inUse = await new Promise((resolve) =>
  createServer().once("error", ({ code }) => resolve(code)).listen(port, "127.0.0.1")
);
const told = { address, family, port, listening: server.listening, answers, fetched: [...kinds], refused, inUse };
console.log(JSON.stringify(told));
for await (const _ of process.stdin);
await new Promise((resolve, reject) => server.close((error) => error ? reject(error) : resolve()));
console.log(JSON.stringify({ listening: server.listening, address: server.address() }));
