import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { serveHttp } from "../../node/mod.ts";
import { assert, assertEquals, test } from "../runner/mod.ts";
import { pause, writeAll } from "../rpc/raw_conn.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

test("serveHttp() answers one pipelined request at a time, and no more while the client does not read", async () => {
  using listener = TcpListener.listen(LOCAL);
  let running = 0;
  let most = 0;
  let calls = 0;
  const body = "x".repeat(1 << 20);
  const served = serveHttp(listener, async () => {
    most = Math.max(most, ++running);
    calls++;
    await pause(1);
    running--;
    return new Response(body);
  });
  using client = await TcpConn.connect(listener.addr);
  await writeAll(client, bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(2000)));
  await pause(500);
  assertEquals(most, 1);
  assert(calls < 50, `${calls} requests were answered`); // the kernel buffers a few MiB of responses
  client.close();
  listener.close();
  await served;
});

test("serveHttp() answers pipelined requests with bodies in order, however the bytes arrive", async () => {
  using listener = TcpListener.listen(LOCAL);
  const texts = ["", "a\r\n\r\nGET /b HTTP/1.1\r\n\r\n", "\n\n\r\n\r\n\n", "x".repeat(70_000)];
  const served = serveHttp(listener, async (request) => {
    const { pathname } = new URL(request.url);
    const isWhole = await request.text() === (request.method === "PUT" ? texts[Number(pathname.slice(1))] : "");
    return new Response(`${request.method} ${pathname} ${isWhole}\n`);
  });
  const requests = texts.flatMap((text, i) => [
    `GET /${i} HTTP/1.1\r\nHost: h\r\n\r\n`,
    `PUT /${i} HTTP/1.1\r\nHost: h\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    `PUT /${i} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(text)}0\r\n\r\n`,
    `PUT /${i} HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(text)}0\r\nTrailer: 1\r\n\r\n\r\n`,
  ]);
  const expected = texts.flatMap((_, i) => ["GET", "PUT", "PUT", "PUT"].map((method) => `${method} /${i} true`));
  const all = bytes(`${requests.join("")}GET /last HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n`);
  for (const size of [all.length, 1, 7, 4096]) {
    using client = await TcpConn.connect(listener.addr);
    const answers = new Response(client.readable).text();
    const short = Math.min(all.length, size * 500);
    for (let at = 0; at < short; at += size) {
      await writeAll(client, all.subarray(at, Math.min(at + size, short)));
      if (size < 100) await pause(0);
    }
    await writeAll(client, all.subarray(short));
    const found = (await answers).match(/(GET|PUT) \/\w+ \w+(?=\n)/g);
    assertEquals(found, [...expected, "GET /last true"], `in pieces of ${size}`);
  }
  listener.close();
  await served;
});

test("serveHttp() tells a handler that writes nothing that the client is gone", async () => {
  using listener = TcpListener.listen(LOCAL);
  let isGone = false;
  const gone = new Promise<Response>((resolve) => {
    void serveHttp(listener, (request) => {
      request.signal.addEventListener("abort", () => {
        isGone = true;
        resolve(new Response());
      });
      return gone;
    });
  });
  using client = await TcpConn.connect(listener.addr);
  await writeAll(client, bytes("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
  await pause(100);
  client.reset();
  await gone;
  assert(isGone);
  listener.close();
});

function chunked(text: string): string {
  return text.replaceAll(/[^]{1,5000}/g, (part) => `${part.length.toString(16)}\r\n${part}\r\n`);
}
