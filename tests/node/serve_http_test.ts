import { createServer, get, type IncomingMessage } from "node:http";
import { pid } from "node:process";
import { text } from "node:stream/consumers";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { serveHttp, serveNode, SocketAgent, undiciConnector } from "../../node/mod.ts";
import { peerCredentials, UnixConn, UnixListener, UnixSeqpacketListener } from "../../unix/mod.ts";
import {
  assert,
  assertEquals,
  assertRejects,
  assertThrows,
  type Permission,
  spawn,
  tempDir,
  test,
} from "../runner/mod.ts";

const LOCAL = { hostname: "127.0.0.1", port: 0 };
const needs: Permission[] = ["net"];

interface Served {
  url: string;
  listener: TcpListener;
  end(): Promise<void>;
}

function serve(handler: (request: Request) => Response | Promise<Response>): Served {
  const listener = TcpListener.listen(LOCAL);
  const url = `http://127.0.0.1:${listener.addr.port}`;
  const onError = (error: unknown): Response => new Response(String(error), { status: 500 });
  const served = serveHttp(listener, handler, { onError });
  const end = async (): Promise<void> => {
    listener.close();
    await served;
  };
  return { url, listener, end };
}

const close = { connection: "close" };

test("serveHttp() passes on the request and sends the response as Deno.serve does", { needs }, async () => {
  const { url, end } = serve(async (request) => {
    const headers = new Headers({ "x-method": request.method, "x-url": request.url });
    headers.append("set-cookie", "a=1");
    headers.append("set-cookie", "b=2");
    return new Response(`${request.headers.get("x-name")} ${await request.text()}`, { status: 201, headers });
  });
  const response = await fetch(`${url}/path?query`, {
    method: "POST",
    body: "a body",
    headers: { ...close, "x-name": "name" },
  });
  assertEquals([response.status, await response.text()], [201, "name a body"]);
  assertEquals(response.headers.getSetCookie(), ["a=1", "b=2"]);
  assertEquals([response.headers.get("x-method"), response.headers.get("x-url")], ["POST", `${url}/path?query`]);
  await end();
});

test("serveHttp() gives the handler the connection, which tells who connected to a unix socket", async () => {
  using listener = UnixListener.listen({ autobind: true });
  const served = serveHttp(listener, (_request, { conn, remoteAddr }) => {
    return Response.json([peerCredentials(conn).pid, conn instanceof UnixConn, remoteAddr === undefined]);
  });
  const agent = new SocketAgent(() => UnixConn.connect(listener.addr));
  const response = await new Promise<IncomingMessage>((resolve) => get("http://unix/", { agent }, resolve));
  assertEquals(JSON.parse(await text(response)), [pid, true, true]);
  agent.destroy();
  listener.close();
  await served;
});

test("serveHttp() streams a body of 16 MiB in both directions", { needs }, async () => {
  const { url, end } = serve((request) => new Response(request.body));
  const data = Uint8Array.from({ length: 16 << 20 }, (_, i) => i * 31 + (i >> 8));
  const response = await fetch(url, { method: "PUT", body: data, headers: close });
  const back = new Uint8Array(await response.arrayBuffer());
  assertEquals(back.length, data.length);
  assert(back.every((byte, i) => byte === data[i]));
  await end();
});

test("serveHttp() answers an error of the handler, and HEAD without a body", { needs }, async () => {
  const { url, end } = serve((request) => {
    if (request.method === "HEAD") return new Response("a body", { headers: { "x-head": "yes" } });
    throw new Error("out of tea");
  });
  const failed = await fetch(url, { headers: close });
  assertEquals([failed.status, await failed.text()], [500, "Error: out of tea"]);
  const head = await fetch(url, { method: "HEAD", headers: close });
  assertEquals([head.headers.get("x-head"), await head.text()], ["yes", ""]);
  await end();
});

test("serveHttp() tells the handler that the client is gone, and cancels the body", { needs }, async () => {
  let cancelled = (): void => {};
  const gone = new Promise<void>((resolve) => cancelled = resolve);
  let aborted = false;
  const { listener, end } = serve((request) => {
    request.signal.addEventListener("abort", () => aborted = true);
    const body = new ReadableStream({
      pull: (controller) => controller.enqueue(new Uint8Array(65536)),
      cancel: cancelled,
    });
    return new Response(body);
  });
  const client = await TcpConn.connect(listener.addr);
  await client.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: here\r\n\r\n"));
  assert(await client.read(new Uint8Array(1000)));
  client.close();
  await gone;
  assert(aborted);
  await end();
});

test("serveHttp() answers an invalid request with 400, and does not call the handler", async () => {
  let asked = 0;
  const { listener, end } = serve(() => new Response(String(++asked)));
  for (const head of ["GET / HTTP/1.1\r\nHost: a b", "TRACE / HTTP/1.1\r\nHost: here"]) {
    using client = await TcpConn.connect(listener.addr);
    await client.write(new TextEncoder().encode(`${head}\r\nConnection: close\r\n\r\n`));
    const answer = await new Response(client.readable).text();
    assert(answer.startsWith("HTTP/1.1 400 "), answer);
  }
  assertEquals(asked, 0);
  await end();
});

test("misspelt and invalid node options are refused", async () => {
  using listener = TcpListener.listen(LOCAL);
  const misspelt = { onerror: () => new Response() } as object;
  await assertRejects(() => serveHttp(listener, () => new Response(), misspelt), TypeError, "onError");
  const wrong = undefined as never;
  await assertRejects(() => serveHttp(listener, wrong), TypeError, "handler must be a function");
  await assertRejects(
    () => serveHttp(listener, () => new Response(), { onError: 5 as never }),
    TypeError,
    "onError must be a function: current value is 5",
  );
  const answer = (): Response => new Response();
  for (const none of [undefined, null, {}, Promise.resolve(listener)] as never[]) {
    await assertRejects(() => serveHttp(none, answer), TypeError, "Cannot serve as this is no listener: current value");
    await assertRejects(() => serveNode(createServer(), none), TypeError, "this is no listener: current value is");
    await assertRejects(() => serveNode(none, listener), TypeError, "Cannot serve as this is no server: current value");
  }
  assertThrows(() => new SocketAgent(wrong), TypeError, "connect must be a function");
  assertThrows(() => undiciConnector(wrong), TypeError, "connect must be a function");
  assert(listener.socket.fd >= 0);
});

test("serveHttp() ends with its signal once pending requests are answered", { needs }, async () => {
  const listener = TcpListener.listen(LOCAL);
  const { port } = listener.addr;
  const over = new AbortController();
  const served = serveHttp(listener, async () => {
    over.abort();
    await new Promise((resolve) => setTimeout(resolve, 50));
    return new Response("the last one");
  }, { signal: over.signal });
  assertEquals(await (await fetch(`http://127.0.0.1:${port}`, { headers: close })).text(), "the last one");
  await served;
  assertEquals(listener.socket.fd, -1);
});

/** Sends bytes over a connection, and returns what comes until it ends, or until nothing comes for a second. */
async function answerTo(client: TcpConn, bytes: string): Promise<string> {
  const writing = client.write(new TextEncoder().encode(bytes));
  const buffer = new Uint8Array(65536);
  let answer = "";
  for (;;) {
    const n = await client.read(buffer, { timeout: 1000 }).catch(() => undefined);
    if (n === undefined || n === null) {
      await writing.catch(() => {});
      return answer + (n === null ? "[end]" : "");
    }
    answer += new TextDecoder().decode(buffer.subarray(0, n));
  }
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

test("serveHttp() answers the request after a body that the handler left", { needs }, async () => {
  const { listener, end } = serve(({ method }) => new Response(`${method} `));
  using client = await TcpConn.connect(listener.addr);
  const body = "b".repeat(1 << 20);
  const post = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const answer = await answerTo(client, `${post}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  assertEquals([count(answer, "200 OK"), count(answer, "POST "), count(answer, "GET ")], [2, 1, 1]);
  await end();
});

test(
  "serveHttp() answers the request after a body that the handler cancelled, or read in part",
  { needs },
  async () => {
    const uses: Record<string, (body: ReadableStream<Uint8Array>) => unknown> = {
      "/cancel": (body) => body.cancel(),
      "/part": async (body) => {
        const reader = body.getReader();
        await reader.read();
        await reader.cancel();
      },
      "/left": async (body) => {
        const reader = body.getReader();
        await reader.read();
        reader.releaseLock();
      },
    };
    for (const [path, use] of Object.entries(uses)) {
      const { listener, end } = serve((request) => {
        const used = request.body === null ? undefined : use(request.body);
        return Promise.resolve(used).then(() => new Response(`${request.method} `));
      });
      using client = await TcpConn.connect(listener.addr);
      const body = "b".repeat(1 << 20);
      const post = `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
      const answer = await answerTo(client, `${post}GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assertEquals([count(answer, "200 OK"), count(answer, "POST "), count(answer, "GET ")], [2, 1, 1], path);
      await end();
    }
  },
);

test("serveHttp() takes the host only from Host, and the path as it is", { needs }, async () => {
  const { listener, end } = serve((request) => new Response(`${request.url} ${request.headers.get("cookie")}|`));
  using client = await TcpConn.connect(listener.addr);
  const rows: [target: string, host: string, expected: string][] = [
    ["//evil/x", "good", "http://good//evil/x null|"],
    ["/\\evil/x", "good", "http://good//evil/x null|"],
    ["/a*b", "good:81", "http://good:81/a*b null|"],
    ["/x", "good\r\nCookie: a=1\r\nCookie: b=2", "http://good/x a=1; b=2|"],
    ["/x", "user:password@good", "Bad Request"],
    ["/x", "good/y?", "Bad Request"],
  ];
  const heads = rows.map(([target, host]) => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n\r\n`).join("");
  const answer = await answerTo(client, `${heads}GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
  const bodies = answer.match(/http:[^|]*\||\nBad Request/g)?.map((body) => body.trim());
  assertEquals(bodies, [...rows.map(([, , expected]) => expected), "http://x/last null|"]);
  await end();
});

test("serveHttp() cuts off a response whose body is not as long as it says", { needs }, async () => {
  for (const [body, length] of [["short", 10], ["much too long", 4]] as const) {
    const errors: string[] = [];
    const listener = TcpListener.listen(LOCAL);
    const served = serveHttp(listener, () => new Response(body, { headers: { "content-length": `${length}` } }), {
      onError: (error) => (errors.push((error as Error).message), new Response("wrong", { status: 500 })),
    });
    using client = await TcpConn.connect(listener.addr);
    const answer = await answerTo(client, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").catch(() => "");
    const text = `Cannot answer with ${body.length} bytes as content-length is ${length}`;
    assertEquals([errors, answer.includes("much")], [[text], false]);
    listener.close();
    await served;
  }
});

test("serveHttp() reports no error if the client is gone before the whole body", { needs }, async () => {
  for (const how of ["close", "reset"] as const) {
    const told: string[] = [];
    const listener = TcpListener.listen(LOCAL);
    const served = serveHttp(listener, async (request) => {
      await request.text().catch((error) => {
        told.push("handler");
        throw error;
      });
      return new Response();
    }, { onError: () => (told.push("onError"), new Response()) });
    const client = await TcpConn.connect(listener.addr);
    await client.write(new TextEncoder().encode("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    client[how]();
    listener.close();
    await served;
    assertEquals(told, ["handler"], how);
  }
});

test("serveHttp() answers with what onError makes of a response that cannot be sent", { needs }, async () => {
  const read = new Response("read");
  await read.text();
  const broken = new ReadableStream({ pull: (controller) => controller.error(new Error("broken body")) });
  const results: [unknown, string][] = [
    [undefined, "must return a Response: current value is undefined"],
    [Response.error(), "Response.error()"],
    [read, "already read"],
    [new Response(broken), "broken body"],
  ];
  for (const [result, text] of results) {
    const { url, end } = serve(() => result as Response);
    const response = await fetch(url, { headers: close });
    const answer = await response.text();
    assert(response.status === 500 && answer.includes(text), `${response.status} ${answer}`);
    await end();
  }
});

test("serveHttp() cuts a response off whose body fails, and passes the error to onError", { needs }, async () => {
  const errors: string[] = [];
  const listener = TcpListener.listen(LOCAL);
  const body = (): ReadableStream => {
    let part = 0;
    return new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        if (part++ < 2) controller.enqueue(new TextEncoder().encode("part"));
        else controller.error(new Error("broken body"));
      },
    });
  };
  const served = serveHttp(listener, () => new Response(body()), {
    onError: (error) => {
      errors.push(String(error));
      return new Response("instead", { status: 500 });
    },
  });
  using client = await TcpConn.connect(listener.addr);
  const answer = await answerTo(client, "GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  assertEquals([answer.includes("part"), answer.includes("instead"), answer.endsWith("0\r\n\r\n[end]")], [
    true,
    false,
    false,
  ]);
  assertEquals(errors, ["Error: broken body"]);
  listener.close();
  await served;
});

test("serveHttp() aborts no signal of a request that is answered", { needs }, async () => {
  let aborted = 0;
  const { url, end } = serve((request) => {
    request.signal.addEventListener("abort", () => aborted++);
    return new Response("answered");
  });
  assertEquals(await (await fetch(url, { headers: close })).text(), "answered");
  await end();
  assertEquals(aborted, 0);
});

test("serveHttp() ends connections that are idle or whose head is incomplete", { needs }, async () => {
  const { listener, end } = serve(() => new Response("kept"));
  const heads = ["GET / HTTP/1.1\r\nHost: x\r\n\r\n", "GET / HT", ""];
  const clients = await Promise.all(heads.map(() => TcpConn.connect(listener.addr)));
  const answers = clients.map((client, i) => answerTo(client, heads[i] ?? ""));
  await new Promise((resolve) => setTimeout(resolve, 200));
  await end();
  assertEquals((await Promise.all(answers)).map((answer) => answer.endsWith("[end]")), [true, true, true]);
  for (const client of clients) client.close();
});

test("serveHttp() answers what comes on its connections until the last response is sent", { needs }, async () => {
  const { listener, end } = serve(async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return new Response(new URL(request.url).pathname);
  });
  using client = await TcpConn.connect(listener.addr);
  const answer = answerTo(client, ["/one", "/two"].map((path) => `GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`).join(""));
  await new Promise((resolve) => setTimeout(resolve, 50));
  await end();
  const text = await answer;
  assertEquals([text.includes("/one"), text.includes("/two"), text.endsWith("[end]")], [true, true, true]);
});

async function dialsFor(paths: string[]): Promise<number> {
  using listener = UnixListener.listen({ autobind: true });
  const served = serveHttp(listener, (request) => new Response(new URL(request.url).pathname));
  let dials = 0;
  const agent = new SocketAgent(() => {
    dials++;
    return UnixConn.connect(listener.addr);
  }, { keepAlive: true, maxSockets: 1 });
  for (const path of paths) {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      get(`http://docker${path}`, { agent }, resolve).once("error", reject);
    });
    assertEquals(await text(response), path);
  }
  agent.destroy();
  listener.close();
  await served;
  return dials;
}

test("serveHttp() over a unix socket answers SocketAgent", async () => {
  assert(await dialsFor(["/one", "/two", "/three"]) >= 1);
});

test("SocketAgent keeps its connections", async () => {
  assertEquals(await dialsFor(["/one", "/two", "/three"]), 1);
});

test("SocketAgent rejects a request with the error of its connection", async () => {
  const agent = new SocketAgent(() => UnixConn.connect({ abstract: "nobody listens here" }));
  const error = await new Promise<Error>((resolve) => get("http://x/", { agent }).once("error", resolve));
  assert(error.message.includes("ECONNREFUSED"), error.message);
});

test("SocketAgent rejects a request whose connection is none, or cannot be made", async () => {
  const wrong: [() => unknown, string][] = [
    [() => undefined, "a connection must have read(): current value is undefined"],
    [() => Promise.resolve(5), "a connection must have read(): current value is 5"],
    [() => {
      throw new Error("no way there");
    }, "no way there"],
  ];
  for (const [connect, text] of wrong) {
    const agent = new SocketAgent(connect as () => Promise<UnixConn>);
    const error = await new Promise<Error>((resolve) => get("http://x/", { agent }).once("error", resolve));
    assert(error.message.includes(text), error.message);
  }
});

test("SocketAgent's timeout is that of its connections", async () => {
  using listener = UnixListener.listen({ autobind: true });
  const agent = new SocketAgent(() => UnixConn.connect(listener.addr), { timeout: 50 });
  const request = get("http://x/", { agent });
  request.once("error", () => {}); // it is destroyed
  await new Promise((resolve) => request.once("timeout", resolve));
  request.destroy();
  agent.destroy();
});

test("SocketAgent stops connecting for a request that is destroyed", async () => {
  const stopped = new Promise<void>((resolve) => {
    const agent = new SocketAgent(({ signal }) =>
      new Promise((_, reject) => {
        signal?.addEventListener("abort", () => {
          reject(signal.reason);
          resolve();
        });
      })
    );
    const request = get("http://x/", { agent });
    request.once("error", () => {}); // it is destroyed
    setTimeout(() => request.destroy(), 20);
  });
  await stopped;
});

test("curl --unix-socket fetches a page from node:http over serveNode()", {
  needs: ["read", "write", "run", "env", "curl"],
}, async () => {
  using dir = tempDir();
  const path = `${dir.path}/http`;
  using listener = UnixListener.listen({ path });
  const server = createServer((request, response) => void response.end(`page ${request.url}`));
  const serving = serveNode(server, listener);
  await using program = spawn("curl", ["-s", "--unix-socket", path, "http://docker/v1.44/info"]);
  assertEquals((await program.exit).stdout, "page /v1.44/info");
  listener.close();
  await serving;
  server.close();
});

test("serveNode() and serveHttp() refuse a listener whose connections carry messages", async () => {
  using listener = UnixSeqpacketListener.listen({ autobind: true });
  const server = createServer();
  await assertRejects(() => serveNode(server, listener as never), TypeError, "they carry messages");
  assertEquals(server.listening, false);
  await assertRejects(() => serveHttp(listener as never, () => new Response()), TypeError, "they carry messages");
});

test("serveNode() lets the server end a client that sends its head too slowly", {
  needs,
  skipOn: { bun: "Bun's server applies no timeouts to the connections that it is given" },
}, async () => {
  const timeouts = { headersTimeout: 300, requestTimeout: 600, connectionsCheckingInterval: 50 };
  const server = createServer(timeouts, (_, response) => void response.end());
  using listener = TcpListener.listen(LOCAL);
  const serving = serveNode(server, listener);
  using conn = await TcpConn.connect(listener.addr);
  await conn.write(new TextEncoder().encode("GET / HTTP/1.1\r\nX: "));
  const buffer = new Uint8Array(100);
  const length = await conn.read(buffer, { timeout: 20_000 }) ?? 0;
  assertEquals(new TextDecoder().decode(buffer.subarray(0, length)).slice(0, 12), "HTTP/1.1 408");
  listener.close();
  await serving;
  server.close();
});
