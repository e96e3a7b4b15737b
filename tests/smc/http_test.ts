import http from "node:http";
import type { Socket } from "node:net";
import { buffer } from "node:stream/consumers";
import { TcpConn } from "../../inet/mod.ts";
import { serveNode, SocketAgent } from "../../node/mod.ts";
import { SmcConn, SmcListener } from "../../smc/mod.ts";
import { assertSameBytes } from "../conformance/stream/bytes.ts";
import { assertEquals } from "../runner/mod.ts";
import { BODY, keepAlive, request, response } from "./http_client.ts";
import { setMode, smcTest } from "./kernel.ts";

smcTest(
  "node:http over SMC-R gives 100 responses of 1 MiB with Connection: close whole",
  { timeout: 120_000 },
  async () => {
    await setMode("smc-r");
    await using server = serve();
    for (let i = 0; i < 100; i++) {
      using client = await SmcConn.connect({ port: server.port, fallback: "refuse" });
      await client.write(request("GET", "close"));
      const { body, rest } = await response(client);
      assertSameBytes(body, BODY);
      assertEquals([rest.length, await client.read(new Uint8Array(1))], [0, null]);
    }
  },
);

smcTest("node:http over SMC-R keeps a connection, and takes bodies of 1 MiB", async () => {
  await setMode("smc-r");
  await using server = serve();
  using client = await SmcConn.connect({ port: server.port, fallback: "refuse" });
  await keepAlive(client);
});

smcTest("SocketAgent asks node:http over SMC-R in both directions", async () => {
  await setMode("smc-r");
  await using server = serve();
  const agent = new SocketAgent(() => SmcConn.connect({ port: server.port, fallback: "refuse" }));
  for (let i = 0; i < 5; i++) {
    const body = await new Promise<Uint8Array>((resolve, reject) => {
      http.get("http://guest/", { agent }, (response) => resolve(buffer(response))).once("error", reject);
    });
    assertSameBytes(new Uint8Array(body), BODY);
  }
  agent.destroy();
});

smcTest("node:http on an SMC listener serves a TCP client", async () => {
  await setMode("smc-r");
  await using server = serve();
  using client = await TcpConn.connect({ port: server.port });
  await keepAlive(client);
});

smcTest("node:http adopts the descriptor of an SMC listener, for connections that are kept", async () => {
  await setMode("smc-r");
  const listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const server = http.createServer(answer);
  await new Promise<void>((resolve) => server.listen({ fd: listener.detach() }, resolve));
  for (const client of [await SmcConn.connect({ port, fallback: "refuse" }), await TcpConn.connect({ port })]) {
    await keepAlive(client);
    client.close();
  }
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** Serves the connections of an SMC listener by node:http, which are then streams: SMC's close loses nothing. */
function serve(): AsyncDisposable & { port: number } {
  const server = http.createServer(answer);
  const listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const streams: Socket[] = [];
  server.on("connection", (stream) => streams.push(stream));
  const serving = serveNode(server, listener);
  return {
    port,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      await serving;
      for (const stream of streams.filter(({ closed }) => !closed)) {
        await new Promise((resolve) => stream.once("close", resolve).destroy());
      }
    },
  };
}

/** GET returns the body; POST answers how many bytes arrived, and whether they were right. */
function answer(request: http.IncomingMessage, response: http.ServerResponse): void {
  if (request.method === "GET") return void response.end(BODY);
  const chunks: Uint8Array[] = [];
  request.on("data", (chunk) => chunks.push(chunk));
  request.on("end", () => {
    const body = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
    let at = 0;
    for (const chunk of chunks) {
      body.set(chunk, at);
      at += chunk.length;
    }
    response.end(`${body.length} ${body.every((byte, i) => byte === BODY[i])}`);
  });
}
