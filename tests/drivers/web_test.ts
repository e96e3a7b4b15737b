import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Server } from "node:net";
import { text } from "node:stream/consumers";
import { serveNode, SocketAgent, undiciConnector } from "../../node/mod.ts";
import { type UnixAddr, UnixConn, UnixListener } from "../../unix/mod.ts";
import { assertEquals, type Need, test } from "../runner/mod.ts";

const needs: Need[] = ["net", "read", "env", "sys"];

type Ask = (addr: UnixAddr, path: string, body?: string) => Promise<string>;

/** Sends requests with node:http, over our connections. */
const byAgent: Ask = (addr, path, body) => {
  const agent = new SocketAgent(() => UnixConn.connect(addr));
  return new Promise((resolve, reject) => {
    const method = body === undefined ? "GET" : "POST";
    const client = request(`http://framework${path}`, { agent, method }, (response) => resolve(text(response)));
    client.once("error", reject).end(body);
  });
};

/** Serves over a unix socket, and sends requests. */
async function exchange(server: Server, ask: Ask): Promise<void> {
  using listener = UnixListener.listen({ autobind: true });
  const serving = serveNode(server, listener);
  for (let i = 0; i < 20; i++) assertEquals(await ask(listener.addr, `/greet/${i}`), `hello ${i}`);
  const body = "b".repeat(300_000);
  assertEquals(await ask(listener.addr, "/echo", body), body);
  listener.close();
  await serving;
  server.close();
}

test(
  "Express serves over serveNode()",
  { needs, leaks: "Bun opens a pipe of its own for the first server" },
  async () => {
    const { default: express } = await import("express");
    const app = express();
    app.get("/greet/:name", ({ params }: { params: { name: string } }, response: ServerResponse) => {
      response.end(`hello ${params.name}`);
    });
    app.post("/echo", (request: IncomingMessage, response: ServerResponse) => void request.pipe(response));
    await exchange(createServer(app), byAgent);
  },
);

test("Fastify serves over serveNode()", { needs }, async () => {
  const { default: fastify } = await import("fastify");
  const app = fastify();
  app.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
  app.get("/greet/:name", (request) => `hello ${(request.params as { name: string }).name}`);
  app.post("/echo", { bodyLimit: 1 << 20 }, (request) => request.body);
  await app.ready();
  await exchange(app.server, byAgent);
});

test("Hono serves over serveNode()", { needs }, async () => {
  const { createAdaptorServer } = await import("@hono/node-server");
  const { Hono } = await import("hono");
  const app = new Hono();
  app.get("/greet/:name", (context) => context.text(`hello ${context.req.param("name")}`));
  app.post("/echo", async (context) => context.text(await context.req.text()));
  await exchange(createAdaptorServer({ fetch: app.fetch }) as Server, byAgent);
});

test("undici's fetch uses our connections", {
  needs,
  skipOn: { bun: "Bun puts its own fetch in the place of undici's" },
}, async () => {
  const server = createServer((message, response) => {
    if (message.method === "POST") message.pipe(response);
    else response.end(`hello ${message.url?.slice(7)}`);
  });
  const { Agent, fetch: undiciFetch } = await import("undici");
  let agent: InstanceType<typeof Agent> | undefined;
  await exchange(server, async (addr, path, body) => {
    const dispatcher = agent ??= new Agent({ connect: undiciConnector(() => UnixConn.connect(addr)) });
    const init = body === undefined ? {} : { method: "POST", body };
    return await (await undiciFetch(`http://framework${path}`, { dispatcher, ...init })).text();
  });
  await agent?.destroy();
});
