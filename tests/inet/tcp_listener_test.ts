import { C } from "../../ffi/mod.ts";
import { interfaces, TcpConn, TcpListener } from "../../inet/mod.ts";
import { inNetworkNamespace, type Socket } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertRejects, assertThrows, spawnScript, test } from "../runner/mod.ts";

type SystemError = Error & { code: string; syscall: string; address?: string };

test("TcpListener.listen() reports that the port is taken, and names the address", () => {
  using first = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = first.addr;
  const error = assertThrows(() => TcpListener.listen({ hostname: "127.0.0.1", port })) as SystemError;
  assertEquals(error.message, `Cannot bind to 127.0.0.1:${port}: Address already in use (EADDRINUSE)`);
  assertEquals([error.code, error.syscall, error.address], ["EADDRINUSE", "bind", `127.0.0.1:${port}`]);
});

test("every way in which TcpListener.listen() fails closes its socket", () => {
  const sockets: Socket[] = [];
  const fail = (socket: Socket) => {
    sockets.push(socket);
    throw new Error("no");
  };
  const keep = (socket: Socket) => void sockets.push(socket);
  assertThrows(() => TcpListener.listen({ port: 0, configure: fail }), Error, "no");
  assertThrows(() => TcpListener.listen({ hostname: "192.0.2.1", port: 0, configure: keep }), Error, "EADDRNOTAVAIL");
  assertThrows(() => TcpListener.listen({ hostname: "a.name", port: 0, configure: keep }), SyntaxError);
  assertThrows(() => TcpListener.listen({ port: 65536, configure: keep }), RangeError);
  assertEquals(sockets.map(({ fd }) => fd), [-1, -1]);
});

test("reuseAddress is on unless it is turned off", () => {
  const on: number[] = [];
  const configure = (socket: Socket) => void on.push(socket.getOption(C.SOL_SOCKET, C.SO_REUSEADDR));
  TcpListener.listen({ port: 0, configure }).close();
  TcpListener.listen({ port: 0, configure, reuseAddress: false }).close();
  assertEquals(on, [1, 0]);
});

test("a port in TIME_WAIT can be listened on again, which reuseAddress: false refuses", async () => {
  const first = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { addr } = first;
  const [client, server] = await Promise.all([TcpConn.connect(addr), first.accept()]);
  server.close(); // the side that closes first keeps the TIME_WAIT
  assertEquals(await client.read(new Uint8Array(1)), null);
  client.close();
  first.close();
  const listen = (reuseAddress: boolean) =>
    TcpListener.listen({ hostname: "127.0.0.1", port: addr.port, reuseAddress });
  assertEquals((assertThrows(() => listen(false)) as SystemError).code, "EADDRINUSE");
  listen(true).close();
});

test("reusePort lets two listeners share a port", async () => {
  using first = TcpListener.listen({ hostname: "127.0.0.1", port: 0, reusePort: true });
  using second = TcpListener.listen({ hostname: "127.0.0.1", port: first.addr.port, reusePort: true });
  assertEquals(second.addr, first.addr);
  let accepted = 0;
  const serve = async (listener: TcpListener) => {
    for await (const conn of listener) {
      accepted++;
      conn.close();
    }
  };
  const serving = [serve(first), serve(second)];
  for (let i = 0; i < 20; i++) {
    using client = await TcpConn.connect(first.addr);
    assertEquals(await client.read(new Uint8Array(1)), null);
  }
  first.close();
  second.close();
  await Promise.all(serving);
  assertEquals(accepted, 20);
});

test("ipv6Only decides whether an IPv6 listener takes IPv4", async () => {
  using both = TcpListener.listen({ hostname: "::", port: 0, ipv6Only: false });
  using client = await TcpConn.connect({ hostname: "127.0.0.1", port: both.addr.port });
  using server = await both.accept();
  assertEquals(server.remoteAddr.hostname, "::ffff:127.0.0.1");
  assertEquals(server.remoteAddr.port, client.localAddr.port);
  using only = TcpListener.listen({ hostname: "::", port: 0, ipv6Only: true });
  const refused = () => TcpConn.connect({ hostname: "127.0.0.1", port: only.addr.port });
  assertEquals((await assertRejects(refused) as SystemError).code, "ECONNREFUSED");
});

// The program prints "waiting" once its listener waits, and a connection keeps nothing alive either.
const PROGRAM = (calls: string) => `
import { TcpConn, TcpListener } from "${new URL("../../inet/mod.ts", import.meta.url)}";
const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
const conn = await TcpConn.connect(listener.addr);
const server = await listener.accept();
const timer = setInterval(() => {}, 1000);
void listener.accept();
void server.read(new Uint8Array(1));
${calls}
console.log("waiting");
setTimeout(() => clearInterval(timer), 100);
`;

const needs = ["run", "read", "write", "env"] as const;

test("a program ends although an unref'd listener and connection wait", { needs: [...needs] }, async () => {
  for (const calls of ["listener.unref(); server.unref();", "server.unref(); listener.ref(); listener.unref();"]) {
    await using program = spawnScript(PROGRAM(calls));
    const late = setTimeout(() => program.kill(), 20_000);
    const { code, stdout, stderr } = await program.exit;
    clearTimeout(late);
    assertEquals([code, stdout], [0, "waiting\n"], stderr);
  }
});

test("a program keeps running while one ref'd listener waits", { needs: [...needs] }, async () => {
  for (const calls of ["", "server.unref();", "listener.unref(); server.unref(); listener.ref();"]) {
    await using program = spawnScript(PROGRAM(calls));
    assertEquals(await program.line(), "waiting");
    const timer = new Promise((resolve) => setTimeout(() => resolve("still there"), 700));
    assertEquals(await Promise.race([program.exit, timer]), "still there");
  }
});

test("an unref'd listener answers while something else keeps the program alive", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  listener.unref();
  const accepted = listener.accept();
  await new Promise((resolve) => setTimeout(resolve, 30));
  using client = await TcpConn.connect(listener.addr);
  using server = await accepted;
  server.unref();
  client.unref();
  const read = server.read(new Uint8Array(4));
  await client.write(new Uint8Array([1, 2]));
  assertEquals(await read, 2);
  assert(server.remoteAddr.port === client.localAddr.port);
});

test("TcpListener.listen() says what a hostname and a port must be", () => {
  const listen = (hostname: string, port: unknown) => TcpListener.listen({ hostname, port: port as number });
  const name = 'must be numeric or localhost: current value is "example.com"';
  assertThrows(() => listen("example.com", 0), SyntaxError, name);
  assertThrows(() => listen("127.0.0.1", "80"), RangeError, 'current value is "80"');
  assertThrows(() => listen("127.0.0.1", null), RangeError, "current value is null");
  using listener = listen("localhost", 0);
  assertEquals(listener.addr.hostname, "127.0.0.1");
});

test("the address of a link-local listener is one to connect to, to connect from and to listen on", {
  needs: NAMESPACES,
}, async () => {
  await using pair = await namespacePair();
  const { name, path } = pair.left;
  await runProgram("ip", ["-n", name, "addr", "add", "fe80::77/64", "dev", "left", "nodad"]);
  const scopeId = inNetworkNamespace(path, interfaces).find((one) => one.name === "left")?.index ?? 0;
  using listener = inNetworkNamespace(
    path,
    () => TcpListener.listen({ hostname: `fe80::77%${scopeId}`, port: 0 }),
  );
  const { addr } = listener;
  assertEquals(addr, { transport: "tcp", hostname: "fe80::77", port: addr.port, scopeId });
  const localAddr = { ...addr, port: 0 };
  using client = await TcpConn.connect({ ...addr, localAddr, networkNamespace: path });
  using server = await listener.accept();
  assertEquals(server.remoteAddr, client.localAddr);
  assertEquals(client.remoteAddr, addr);
  using second = inNetworkNamespace(path, () => TcpListener.listen({ ...addr, port: 0 }));
  assertEquals(second.addr.scopeId, scopeId);
});
