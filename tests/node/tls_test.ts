import { readFileSync } from "node:fs";
import { createServer as createHttpsServer } from "node:https";
import { text } from "node:stream/consumers";
import { createServer, type TLSSocket } from "node:tls";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import { serveNode, startTls } from "../../node/mod.ts";
import { UnixConn, UnixListener } from "../../unix/mod.ts";
import { assert, assertEquals, assertRejects, type Need, spawn, tempDir, test } from "../runner/mod.ts";

const needs: Need[] = ["net", "read", "write", "run", "env", "sys", "openssl"];
const LOCAL = { hostname: "127.0.0.1", port: 0 };

/** Registers a test that gets a certificate for the name `sockets.test`, made by openssl. */
function tlsTest(
  name: string,
  fn: (pem: { key: string; cert: string; path: string }) => Promise<void>,
  skipOn: { bun?: string } = {},
): void {
  test(name, { needs, skipOn }, async () => {
    using dir = tempDir();
    const [key, cert] = [`${dir.path}/key.pem`, `${dir.path}/cert.pem`];
    const args = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"];
    const subject = ["-subj", "/CN=sockets.test", "-addext", "subjectAltName=DNS:sockets.test"];
    await using made = spawn("openssl", [...args, "-keyout", key, "-out", cert, ...subject]);
    const { code, stderr } = await made.exit;
    assertEquals(code, 0, stderr);
    await fn({ key: readFileSync(key, "utf8"), cert: readFileSync(cert, "utf8"), path: dir.path });
  });
}

async function lineOf(stream: TLSSocket): Promise<string> {
  for await (const chunk of stream) return String(chunk);
  return "";
}

tlsTest(
  "startTls() speaks TLS with openssl s_server, checks its name, and agrees on a protocol",
  async ({ cert, path }) => {
    const files = ["-cert", `${path}/cert.pem`, "-key", `${path}/key.pem`];
    await using server = spawn("openssl", [
      "s_server",
      "-accept",
      "127.0.0.1:0",
      "-rev",
      "-alpn",
      "echo",
      ...files,
    ]);
    let line = await server.line();
    while (line !== undefined && !line.startsWith("ACCEPT")) line = await server.line();
    const port = Number(line?.match(/:(\d+)$/)?.[1]);
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
