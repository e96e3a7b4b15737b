import http from "node:http";
import { TcpConn } from "../../inet/mod.ts";
import { SmcConn, SmcListener } from "../../smc/mod.ts";
import { UnixConn } from "../../unix/mod.ts";
import { assertSameBytes, noise } from "../conformance/stream/bytes.ts";
import { assertEquals, tempDir } from "../runner/mod.ts";
import { setMode, smcTest } from "./kernel.ts";

const MIB = 1 << 20;
const BODY = noise(MIB);
const decoder = new TextDecoder("latin1");
const encoder = new TextEncoder();

type Client = Pick<SmcConn, "read" | "write" | "close">;

smcTest(
  "node:http over SMC-R gives 100 responses of 1 MiB with Connection: close whole",
  { timeout: 120_000 },
  async () => {
    await setMode("smc-r");
    await using server = await serve();
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
  await using server = await serve();
  using client = await SmcConn.connect({ port: server.port, fallback: "refuse" });
  await keepAlive(client);
});

smcTest("node:http on an SMC listener serves a TCP client", async () => {
  await setMode("smc-r");
  await using server = await serve();
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

/** Serves on a unix socket, to which each SMC connection is relayed. */
async function serve(): Promise<AsyncDisposable & { port: number }> {
  const folder = tempDir();
  const path = `${folder.path}/http`;
  const server = http.createServer(answer);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  const conns: SmcConn[] = [];
  const serving = (async () => {
    for await (const conn of listener) {
      conns.push(conn);
      const inner = await UnixConn.connect({ path });
      conn.readable.pipeTo(inner.writable).catch(() => {});
      inner.readable.pipeTo(conn.writable).catch(() => {});
    }
  })();
  return {
    port: listener.addr.port,
    async [Symbol.asyncDispose](): Promise<void> {
      listener.close();
      await serving;
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      for (const conn of conns) conn.close();
      await Promise.allSettled(conns.map((conn) => conn.closed));
      folder[Symbol.dispose]();
    },
  };
}

/** A GET gives the body; a POST tells how many bytes came, and whether they were right. */
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

async function keepAlive(client: Client): Promise<void> {
  for (let i = 0; i < 3; i++) {
    await client.write(request("GET", "keep-alive"));
    assertSameBytes((await response(client)).body, BODY);
    await client.write(request("POST", "keep-alive", MIB));
    await client.write(BODY);
    assertEquals(decoder.decode((await response(client)).body), `${MIB} true`);
  }
}

function request(method: string, connection: string, length = 0): Uint8Array {
  const head = `${method} / HTTP/1.1\r\nHost: guest\r\nConnection: ${connection}\r\nContent-Length: ${length}\r\n\r\n`;
  return encoder.encode(head);
}

/** Reads one response, whose length is told or which comes in chunks. */
async function response(client: Client): Promise<{ body: Uint8Array; rest: Uint8Array }> {
  const received = new Uint8Array(2 * MIB);
  let length = 0;
  const more = async (): Promise<void> => {
    const n = await client.read(received.subarray(length));
    if (n === null) throw new Error(`The response ended after ${length} bytes`);
    length += n;
  };
  let end = -1;
  while (end < 0) {
    await more();
    end = decoder.decode(received.subarray(0, length)).indexOf("\r\n\r\n");
  }
  const head = decoder.decode(received.subarray(0, end));
  const size = Number(/content-length: (\d+)/i.exec(head)?.[1]);
  if (Number.isNaN(size)) throw new Error(`The response does not tell its length: ${head}`);
  const start = end + 4;
  while (length < start + size) await more();
  return { body: received.subarray(start, start + size), rest: received.subarray(start + size, length) };
}
