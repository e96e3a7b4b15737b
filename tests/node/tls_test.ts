import { readFileSync } from "node:fs";
import { createServer as createHttpsServer } from "node:https";
import { text } from "node:stream/consumers";
import { createServer, type TLSSocket } from "node:tls";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { serveNode, startTls, undiciConnector } from "../../node/mod.ts";
import { UnixConn, UnixListener } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, type Need, type Program, spawn, tempDir, test } from "../runner/mod.ts";

const needs: Need[] = ["net", "read", "write", "run", "env", "sys", "openssl"];
const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** Registers a test that gets a certificate, for the name `sockets.test` by default, made by openssl. */
function tlsTest(
  name: string,
  fn: (pem: { key: string; cert: string; path: string }) => Promise<void>,
  skipOn: { bun?: string } = {},
  names = "DNS:sockets.test",
): void {
  test(name, { needs, skipOn }, async () => {
    using dir = tempDir();
    const [key, cert] = [`${dir.path}/key.pem`, `${dir.path}/cert.pem`];
    const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const subject = ["-subj", "/CN=sockets.test", "-addext", `subjectAltName=${names}`];
    await using made = spawn("openssl", [...args, "-keyout", key, "-out", cert, ...subject]);
    const { code, stderr } = await made.exit;
    assertEquals(code, 0, stderr);
    await fn({ key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8"), path: dir.path });
  });
}

/** Starts `openssl s_server` with the certificate in a folder; without options it answers HTTP. */
async function serverOf(path: string, ...options: string[]): Promise<{ program: Program; port: number }> {
  const files = ["-cert", `${path}/cert.pem`, "-key", `${path}/key.pem`];
  const how = options.length > 0 ? options : ["-www"];
  const program = spawn("openssl", ["s_server", "-accept", "127.0.0.1:0", ...how, ...files]);
  let line = await program.line();
  while (line !== undefined && !line.startsWith("ACCEPT")) line = await program.line();
  return { program, port: Number(line?.match(/:(\d+)$/)?.[1]) };
}

async function lineOf(stream: TLSSocket): Promise<string> {
  for await (const chunk of stream) return String(chunk);
  return "";
}

tlsTest(
  "startTls() speaks TLS with openssl s_server, checks its name, and agrees on a protocol",
  async ({ cert, path }) => {
    const { program, port } = await serverOf(path, "-rev", "-alpn", "echo");
    await using _server = program;
    const connect = (): Promise<TcpConn> => TcpConn.connect({ hostname: "127.0.0.1", port });
    const stream = await startTls(await connect(), { servername: "sockets.test", ca: cert, ALPNProtocols: ["echo"] });
    assert(stream.authorized);
    assertEquals(stream.alpnProtocol, "echo");
    stream.write("abc\n");
    assertEquals(await lineOf(stream), "cba\n");
    stream.destroy();
    const untrusted = await connect();
    await assertRejects(() => startTls(untrusted, { servername: "sockets.test" }), Error);
    const misnamed = await connect();
    await assertRejects(() => startTls(misnamed, { servername: "other.test", ca: cert }), Error);
    assertEquals([untrusted.socket.fd, misnamed.socket.fd], [-1, -1]);
  },
);

for (const [names, isRight] of [["IP:127.0.0.1", true], ["DNS:localhost", false]] as const) {
  const verdict = isRight ? "accept" : "refuse";
  tlsTest(
    `startTls() ${verdict}s a certificate of ${names} from 127.0.0.1`,
    async ({ cert: ca, path }) => {
      const { program, port } = await serverOf(path);
      await using _server = program;
      for (const options of [{ servername: "127.0.0.1" }, { host: "127.0.0.1" }]) {
        const starting = startTls(await TcpConn.connect({ hostname: "127.0.0.1", port }), { ...options, ca });
        if (isRight) (await starting).destroy();
        else await assertRejects(() => starting, Error);
      }
    },
    {},
    names,
  );

  tlsTest(
    `undici ${verdict}s a certificate of ${names} from 127.0.0.1`,
    async ({ cert: ca, path }) => {
      const { program, port } = await serverOf(path);
      await using _server = program;
      const { Agent, fetch: undiciFetch } = await import("undici");
      const connect = (): Promise<TcpConn> => TcpConn.connect({ hostname: "127.0.0.1", port });
      const dispatcher = new Agent({ connect: undiciConnector(connect, { ca }) });
      const fetching = undiciFetch("https://127.0.0.1/", { dispatcher });
      if (isRight) assertEquals((await fetching).status, 200);
      else await assertRejects(() => fetching, Error);
      await dispatcher.destroy();
    },
    { bun: "Bun puts its own fetch in the place of undici's" },
    names,
  );
}

test("startTls() ends with its timeout or its signal, and closes the connection", { needs: ["net"] }, async () => {
  using listener = TcpListener.listen(LOCAL);
  const reason = new Error("not now");
  const over = new AbortController();
  setTimeout(() => over.abort(reason), 50);
  const ends = [{ timeout: 50 }, { signal: over.signal }, { signal: AbortSignal.abort(reason) }];
  const names = [];
  for (const end of ends) {
    const conn = await TcpConn.connect(listener.addr);
    const error: unknown = await startTls(conn, end).then(() => undefined, (error) => error);
    names.push(error === reason ? "reason" : (error as Error).name);
    assertEquals(conn.socket.fd, -1);
  }
  assertEquals(names, ["TimeoutError", "reason", "reason"]);
});

test("startTls() closes the connection if an option is invalid", { needs: ["net"] }, async () => {
  using listener = TcpListener.listen(LOCAL);
  const conn = await TcpConn.connect(listener.addr);
  await assertRejects(() => startTls(conn, { minVersion: "TLSv9" as "TLSv1.3" }), Error);
  assertEquals(conn.socket.fd, -1);
  for (const wrong of [null, 5, "example.com"] as never[]) {
    const conn = await TcpConn.connect(listener.addr);
    await assertRejects(() => startTls(conn, wrong), TypeError, "Cannot start TLS as options must be an object");
    assertEquals(conn.socket.fd, -1);
  }
});

tlsTest("tls.createServer() behind serveNode() speaks TLS with openssl s_client", async ({ key, cert, path }) => {
  using listener = TcpListener.listen(LOCAL);
  const server = createServer({ key, cert }, (socket) => {
    socket.once("data", (data) => socket.end(`got ${data}`));
  });
  const serving = serveNode(server, listener);
  const name = ["-servername", "sockets.test", "-verify_hostname", "sockets.test", "-verify_return_error"];
  const peer = ["s_client", "-quiet", "-connect", `127.0.0.1:${listener.addr.port}`, "-CAfile", `${path}/cert.pem`];
  await using client = spawn("openssl", [...peer, ...name]);
  await client.write("hello\n");
  assertEquals(await client.line(), "got hello");
  listener.close();
  await serving;
  server.close();
});

tlsTest("https over a unix socket: the agent's connections carry TLS", async ({ key, cert }) => {
  using listener = UnixListener.listen({ autobind: true });
  const server = createHttpsServer({ key, cert }, (request, response) => void response.end(`secret ${request.url}`));
  const serving = serveNode(server, listener);
  const stream = await startTls(await UnixConn.connect(listener.addr), { servername: "sockets.test", ca: cert });
  stream.write("GET /1 HTTP/1.1\r\nhost: sockets.test\r\nconnection: close\r\n\r\n");
  assert((await text(stream)).endsWith("secret /1"));
  listener.close();
  await serving;
  server.close();
}, { bun: "Bun's https.Server takes no connection by its event" });
