// A program of Node as anybody writes it: Fastify answers fetch().
import fastify from "fastify";

const app = fastify();
app.get("/greet/:name", ({ params }) => ({ hello: params.name }));
app.post("/echo", { bodyLimit: 1 << 21 }, ({ body }, reply) => reply.send(body));
const base = await app.listen({ port: 0, host: "127.0.0.1" });
app.server.once("connection", ({ constructor }) => console.log(constructor.name));
const json = { "content-type": "application/json" };
const long = JSON.stringify({ text: "b".repeat(1 << 20) });
for (let i = 0; i < 20; i++) console.log(await (await fetch(`${base}/greet/${i}`)).text());
console.log(await (await fetch(`${base}/echo`, { method: "POST", body: long, headers: json })).text() === long);
await app.close();
console.log(app.server.listening);
