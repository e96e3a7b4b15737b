import { createServer, request } from "node:http";
import { text } from "node:stream/consumers";
import { C } from "../../ffi/mod.ts";
import { serveHttp, serveNode, SocketAgent, undiciConnector } from "../../node/mod.ts";
import { VsockConn, VsockListener } from "../../vsock/mod.ts";
import { guestHas, guestTests } from "../guest/family_kernel.ts";
import { assertEquals, type Need, type Program, spawn } from "../runner/mod.ts";

const cid = C.VMADDR_CID_LOCAL;
const needs: Need[] = ["net", "read", "run", "env", "sys", "python3"];
const PEER = new URL("../peers/http_peer.py", import.meta.url).pathname;
const BODY = "b".repeat(300_000);
const guestTest = guestTests(guestHas(C.AF_VSOCK, C.SOCK_STREAM));

function python(...args: string[]): Program {
  return spawn("python3", ["-S", "-E", PEER, ...args]);
}

guestTest("SocketAgent asks Python's http.server over vsock", { needs, timeout: 120_000 }, async () => {
  await using server = python("serve", "vsock", `${cid}`);
  const port = Number(await server.line());
  let dials = 0;
  const agent = new SocketAgent(() => {
    dials++;
    return VsockConn.connect({ cid, port });
  }, { keepAlive: true, maxSockets: 1 });
  const ask = (path: string, body?: string): Promise<string> =>
    new Promise((resolve, reject) => {
      const method = body === undefined ? "GET" : "POST";
      const client = request(`http://vsock${path}`, { agent, method }, (response) => resolve(text(response)));
      client.once("error", reject).end(body);
    });
  for (const path of ["/one", "/two"]) assertEquals(await ask(path), `${cid} ${path}`);
  assertEquals(await ask("/echo", BODY), BODY);
  assertEquals(dials, 1);
  agent.destroy();
});

guestTest("undici's fetch asks Python's http.server over vsock", {
  needs,
  timeout: 120_000,
  skipOn: { bun: "Bun puts its own fetch in the place of undici's" },
}, async () => {
  const { Agent, fetch: undiciFetch } = await import("undici");
  await using server = python("serve", "vsock", `${cid}`);
  const port = Number(await server.line());
  const dispatcher = new Agent({ connect: undiciConnector(() => VsockConn.connect({ cid, port })) });
  assertEquals(await (await undiciFetch("http://vsock/tea", { dispatcher })).text(), `${cid} /tea`);
  const response = await undiciFetch("http://vsock/echo", { dispatcher, method: "POST", body: BODY });
  assertEquals([response.status, await response.text()], [200, BODY]);
  await dispatcher.destroy();
});

guestTest("serveHttp() answers Python's http.client over vsock", { needs, timeout: 120_000 }, async () => {
  const listener = VsockListener.listen({});
  const served = serveHttp(listener, async (request, { conn, remoteAddr }) => {
    if (request.method === "POST") return new Response(await request.text());
    return new Response(`${conn.remoteAddr.cid} ${remoteAddr} ${new URL(request.url).pathname}`);
  });
  await using client = python("get", "vsock", `${cid}`, `${listener.addr.port}`, "/one", "/two");
  assertEquals((await client.exit).stdout, `200 ${cid} undefined /one\n200 ${cid} undefined /two\n`);
  await using poster = python("post", "vsock", `${cid}`, `${listener.addr.port}`, "/echo");
  poster.write(BODY);
  poster.closeInput();
  assertEquals((await poster.exit).stdout, `200 ${BODY}\n`);
  listener.close();
  await served;
});

guestTest("serveNode() answers Python's http.client over vsock", { needs, timeout: 120_000 }, async () => {
  const listener = VsockListener.listen({});
  const server = createServer(async (message, response) => {
    response.end(message.method === "POST" ? await text(message) : message.url);
  });
  const serving = serveNode(server, listener);
  await using client = python("get", "vsock", `${cid}`, `${listener.addr.port}`, "/one", "/two");
  assertEquals((await client.exit).stdout, "200 /one\n200 /two\n");
  await using poster = python("post", "vsock", `${cid}`, `${listener.addr.port}`, "/echo");
  poster.write(BODY);
  poster.closeInput();
  assertEquals((await poster.exit).stdout, `200 ${BODY}\n`);
  listener.close();
  await serving;
  server.close();
});

guestTest("socat asks serveHttp() over vsock", { needs: [...needs, "socat"] }, async () => {
  const listener = VsockListener.listen({});
  const served = serveHttp(listener, () => new Response("tea"));
  await using client = spawn("socat", ["-t", "0.5", "-", `VSOCK-CONNECT:${cid}:${listener.addr.port}`]);
  client.write("GET / HTTP/1.1\r\nHost: vsock\r\nConnection: close\r\n\r\n");
  const { stdout } = await client.exit;
  assertEquals([stdout.split("\r\n")[0], stdout.split("\r\n\r\n")[1]?.includes("tea")], ["HTTP/1.1 200 OK", true]);
  listener.close();
  await served;
});
