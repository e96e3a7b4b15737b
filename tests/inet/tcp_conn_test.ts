import { C } from "../../ffi/mod.ts";
import { TcpConn, TcpListener } from "../../inet/mod.ts";
import type { Socket } from "../../socket/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows, test } from "../runner/mod.ts";

type SystemError = Error & { code: string; errno: number; syscall: string; address?: string };

async function connected(hostname = "127.0.0.1"): Promise<{ client: TcpConn; server: TcpConn } & Disposable> {
  using listener = TcpListener.listen({ hostname, port: 0 });
  const [client, server] = await Promise.all([TcpConn.connect(listener.addr), listener.accept()]);
  return {
    client,
    server,
    [Symbol.dispose]() {
      client.close();
      server.close();
    },
  };
}

test("TcpConn.connect() and accept() agree on both addresses", async () => {
  for (const hostname of ["127.0.0.1", "127.0.0.77", "::1"]) {
    using pair = await connected(hostname);
    assertEquals(pair.client.localAddr, pair.server.remoteAddr);
    assertEquals(pair.client.remoteAddr, pair.server.localAddr);
    assertEquals(pair.client.remoteAddr.hostname, hostname);
    assertEquals(pair.client.remoteAddr.transport, "tcp");
    assert(pair.client.localAddr.port > 0 && pair.client.localAddr.port !== pair.client.remoteAddr.port);
  }
});

test("remoteAddr stays known after the connection was reset and closed", async () => {
  using pair = await connected();
  const { client, server } = pair;
  const port = client.localAddr.port;
  client.setLinger(0);
  client.close();
  await assertRejects(() => server.read(new Uint8Array(1)));
  server.close();
  assertEquals(server.remoteAddr, { transport: "tcp", hostname: "127.0.0.1", port });
});

test("TcpConn.connect() looks up a host name as the system does", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await TcpConn.connect({ hostname: "localhost", port: listener.addr.port });
  assertEquals(client.remoteAddr, listener.addr);
  using byDefault = await TcpConn.connect({ port: listener.addr.port });
  assertEquals(byDefault.remoteAddr, listener.addr);
});

test("TcpConn.connect() reports that a name has no address", async () => {
  // A label of more than 63 letters: libc refuses it without asking a server.
  const hostname = `${"a".repeat(64)}.invalid`;
  const error = await assertRejects(() => TcpConn.connect({ hostname, port: 1 })) as SystemError;
  assert(["EAI_NONAME", "EAI_AGAIN", "EAI_FAIL"].includes(error.code), error.code);
  assertEquals(error.syscall, "getaddrinfo");
  assert(error.message.includes(hostname), error.message);
});

test("TcpConn.connect() names the address and the reason if it is refused", async () => {
  for (const hostname of ["127.0.0.1", "::1"]) {
    const listener = TcpListener.listen({ hostname, port: 0 });
    const { port } = listener.addr;
    listener.close();
    const error = await assertRejects(() => TcpConn.connect({ hostname, port })) as SystemError;
    const address = hostname === "::1" ? `[::1]:${port}` : `127.0.0.1:${port}`;
    assertEquals(error.message, `Cannot connect to ${address}: Connection refused (ECONNREFUSED)`);
    assertEquals([error.code, error.errno, error.syscall, error.address], ["ECONNREFUSED", 111, "connect", address]);
  }
});

test("TcpConn.connect() refuses invalid ports and addresses before any system call", async () => {
  for (const port of [-1, 65536, 1.5, NaN]) {
    await assertRejects(() => TcpConn.connect({ hostname: "127.0.0.1", port }), RangeError);
    await assertRejects(() => TcpConn.connect({ hostname: "localhost", port }), RangeError);
  }
  await assertRejects(() => TcpConn.connect({ hostname: "127.0.0.256", port: 1 }), SyntaxError);
  await assertRejects(() => TcpConn.connect({ hostname: ":::1", port: 1 }), SyntaxError);
  await assertRejects(() => TcpConn.connect({ hostname: "with\0nul", port: 1 }), TypeError);
});

test("localAddr is the address that the other end sees", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await TcpConn.connect({ port: listener.addr.port, localAddr: { hostname: "127.0.0.9" } });
  using server = await listener.accept();
  assertEquals(server.remoteAddr.hostname, "127.0.0.9");
  assertEquals(client.localAddr.hostname, "127.0.0.9");
});

test("connect() closes its socket if localAddr or configure fails", async () => {
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  // 192.0.2.1 belongs to nobody (RFC 5737).
  const error = await assertRejects(
    () => TcpConn.connect({ port, localAddr: { hostname: "192.0.2.1" } }),
  ) as SystemError;
  assertEquals([error.code, error.syscall], ["EADDRNOTAVAIL", "bind"]);
  let opened: Socket | undefined;
  await assertRejects(
    () =>
      TcpConn.connect({
        port,
        configure(socket) {
          opened = socket;
          throw new Error("no");
        },
      }),
    Error,
    "no",
  );
  assertEquals(opened?.fd, -1);
});

test("the kernel confirms what setNoDelay(), setKeepAlive() and setLinger() set", async () => {
  using pair = await connected();
  const { client } = pair;
  const option = (level: number, name: number) => client.socket.getOption(level, name);
  client.setNoDelay();
  assertEquals(option(C.IPPROTO_TCP, C.TCP_NODELAY), 1);
  client.setNoDelay(false);
  assertEquals(option(C.IPPROTO_TCP, C.TCP_NODELAY), 0);
  client.setKeepAlive();
  assertEquals(option(C.SOL_SOCKET, C.SO_KEEPALIVE), 1);
  client.setKeepAlive(false);
  assertEquals(option(C.SOL_SOCKET, C.SO_KEEPALIVE), 0);
  client.setKeepAlive({ idle: 11, interval: 12, count: 13 });
  assertEquals(option(C.SOL_SOCKET, C.SO_KEEPALIVE), 1);
  assertEquals(
    [C.TCP_KEEPIDLE, C.TCP_KEEPINTVL, C.TCP_KEEPCNT].map((name) => option(C.IPPROTO_TCP, name)),
    [11, 12, 13],
  );
  client.setLinger(7);
  const linger = client.socket.getOptionBytes(C.SOL_SOCKET, C.SO_LINGER, 8);
  assertEquals([...new Int32Array(linger.slice().buffer)], [1, 7]);
  client.setLinger(null);
  assertEquals(client.socket.getOptionBytes(C.SOL_SOCKET, C.SO_LINGER, 8)[0], 0);
});

test("detach() returns a descriptor that still works, and the connection object is closed", async () => {
  using pair = await connected();
  const { client, server } = pair;
  const waiting = assertRejects(() => client.read(new Uint8Array(1)), Error, "was detached");
  const fd = client.detach();
  await waiting;
  assertThrows(() => client.socket.getOption(C.SOL_SOCKET, C.SO_TYPE));
  await assertRejects(() => client.write(new Uint8Array(1)));
  const { Socket } = await import("../../socket/mod.ts");
  using again = new TcpConn(Socket.fromFd(fd));
  await again.write(new Uint8Array([42]));
  const buffer = new Uint8Array(8);
  assertEquals(await server.read(buffer), 1);
  assertEquals(buffer[0], 42);
});

test("readable and writable close a connection that breaks", async () => {
  for (const side of ["readable", "writable"] as const) {
    using pair = await connected();
    const { client, server } = pair;
    const { readable, writable } = client;
    const reading = side === "readable" ? readable.getReader().read() : undefined;
    server.reset();
    const writing = side === "writable" ? writable.getWriter().write(new Uint8Array(64 << 20)) : undefined;
    const error = await assertRejects(async () => await (reading ?? writing)) as SystemError;
    assert(["ECONNRESET", "EPIPE"].includes(error.code), error.code);
    assertEquals(client.socket.fd, -1, side);
  }
});

test("writable.close() reports that the end could not be sent", async () => {
  using pair = await connected();
  pair.server.reset();
  await assertRejects(() => pair.client.read(new Uint8Array(1)));
  const error = await assertRejects(() => pair.client.writable.close()) as SystemError;
  assertEquals(error.code, "ENOTCONN");
});
