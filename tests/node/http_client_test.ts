import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { serveHttp, SocketAgent, undiciConnector } from "../../node/mod.ts";
import { SO_BINDTODEVICE, type Socket } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assertEquals, assertRejects, type Need, spawn, test } from "../runner/mod.ts";

const PEER = new URL("../peers/http_peer.py", import.meta.url).pathname;
const needs: Need[] = ["net", "read", "run", "env", "sys", "python3"];

/** An address of the right namespace that no route leads to: only a socket that is bound to the interface finds it. */
const OFF_ROUTE = "10.77.0.1";

/** A way to send a request over connections of ours; returns the body. */
type Ask = (url: string, connect: () => Promise<TcpConn>) => Promise<string>;

const byAgent: Ask = async (url, connect) => {
  const agent = new SocketAgent(connect);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent }, resolve).once("error", reject);
  });
  return await text(response);
};

const byUndici: Ask = async (url, connect) => {
  const { Agent, fetch: undiciFetch } = await import("undici");
  const dispatcher = new Agent({ connect: undiciConnector(connect) });
  try {
    return await (await undiciFetch(url, { dispatcher })).text();
  } finally {
    await dispatcher.destroy();
  }
};

const WAYS: [string, Ask, { bun?: string }][] = [
  ["SocketAgent", byAgent, {}],
  ["undici", byUndici, { bun: "Bun puts its own fetch in the place of undici's" }],
];

for (const [name, ask, skipOn] of WAYS) {
  test(`${name} asks Python's http.server from a local address`, { needs, skipOn }, async () => {
    await using server = spawn("python3", [PEER, "serve", "tcp", "127.0.0.1"]);
    const port = Number(await server.line());
    for (const hostname of ["127.0.0.7", "127.0.0.8"]) {
      const connect = () => TcpConn.connect({ hostname: "127.0.0.1", port, localAddr: { hostname } });
      assertEquals(await ask("http://python/tea", connect), `${hostname} /tea`);
    }
  });
}

/** Registers a test with two namespaces, in which {@linkcode OFF_ROUTE} is an address of the right one. */
function namespaceTest(
  name: string,
  options: { needs: Need[]; skipOn?: { bun?: string } },
  fn: (left: { name: string; path: string }, right: { name: string; path: string }) => Promise<void>,
): void {
  test(name, options, async () => {
    await using pair = await namespacePair();
    const { left, right } = pair;
    await runProgram("ip", ["-n", right.name, "addr", "add", `${OFF_ROUTE}/32`, "dev", "lo"]);
    await fn(left, right);
  });
}

for (const [name, ask, skipOn] of WAYS) {
  namespaceTest(`${name} asks Python's http.server through an interface`, {
    needs: [...needs, ...NAMESPACES],
    skipOn,
  }, async (left, right) => {
    await using server = spawn("ip", ["netns", "exec", right.name, "python3", PEER, "serve", "tcp", OFF_ROUTE]);
    const target = { hostname: OFF_ROUTE, port: Number(await server.line()), networkNamespace: left.path };
    const configure = (socket: Socket): void => socket.set(SO_BINDTODEVICE, "left");
    assertEquals(await ask("http://python/tea", () => TcpConn.connect({ ...target, configure })), "10.9.0.1 /tea");
    await assertRejects(() => ask("http://python/tea", () => TcpConn.connect(target)), Error);
  });
}

namespaceTest("serveHttp() answers curl --interface on its interface alone", {
  needs: [...needs, ...NAMESPACES, "curl"],
}, async (left, right) => {
  const listener = TcpListener.listen({
    networkNamespace: right.path,
    configure: (socket) => socket.set(SO_BINDTODEVICE, "right"),
  });
  const { port } = listener.addr;
  const served = serveHttp(listener, (_request, { remoteAddr }) => new Response(remoteAddr?.hostname));
  const fetchFrom = async ({ name }: { name: string }, hostname: string, ...options: string[]) => {
    const args = ["netns", "exec", name, "curl", "-s", "--max-time", "20", ...options, `http://${hostname}:${port}/`];
    await using client = spawn("ip", args);
    const { code, stdout } = await client.exit;
    return [code, stdout];
  };
  assertEquals(await fetchFrom(left, "10.9.0.2", "--interface", "left"), [0, "10.9.0.1"]);
  assertEquals(await fetchFrom(right, "127.0.0.1"), [7, ""]); // CURLE_COULDNT_CONNECT: it comes by `lo`
  listener.close();
  await served;
});
