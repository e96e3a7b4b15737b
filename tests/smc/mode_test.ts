import { hooksOf } from "../../socket/descriptor.ts";
import { C } from "../../ffi/mod.ts";
import { TCP_FASTOPEN, TCP_NODELAY, TcpConn, TcpListener } from "../../inet/mod.ts";
import { SMC_LIMIT_HS, SmcConn, type SmcFallbackError, SmcListener, smcSupport } from "../../smc/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { pause, readExactly } from "../conformance/stream/bytes.ts";
import { assert, assertEquals, assertInstanceOf, assertRejects, assertThrows } from "../runner/mod.ts";
import { setMode, smcTest } from "./kernel.ts";
import { smcPair } from "./pair.ts";

const IP_TOS = 1;

smcTest("smc() is SMC-R on both sides, without a reason", async () => {
  using pair = await smcPair("smc-r");
  assertEquals(await pair.client.smc(), { mode: "smc-r" });
  assertEquals(await pair.server.smc(), { mode: "smc-r" });
  assertEquals(smcSupport(), { supported: true });
});

smcTest("smc() tells both sides why the connection is TCP", async () => {
  using pair = await smcPair("tcp");
  const [client, server] = [await pair.client.smc(), await pair.server.smc()];
  assertEquals([client.fallback?.code, client.fallback?.peerCode], [0x03030000, undefined]);
  assertEquals([server.fallback?.code, server.fallback?.peerCode], [0x05000000, 0x03030000]);
  assert(client.fallback?.reason.startsWith("NOSMCDEV"));
  assert(server.fallback?.peerReason?.startsWith("NOSMCDEV"));
});

smcTest("smc() tells that the peer has no SMC, on either side", async () => {
  await setMode("smc-r");
  using smc = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  using tcp = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using tcpClient = await TcpConn.connect(smc.addr);
  using server = await smc.accept();
  using client = await SmcConn.connect({ port: tcp.addr.port });
  using tcpServer = await tcp.accept();
  for (const conn of [client, server]) {
    const { mode, fallback } = await conn.smc();
    assertEquals([mode, fallback?.code], ["tcp", 0x03010000]);
  }
  await tcpClient.write(new Uint8Array(5));
  assertEquals((await readExactly(server, 5)).length, 5);
  await client.write(new Uint8Array(5));
  assertEquals((await readExactly(tcpServer, 5)).length, 5);
});

smcTest('{ fallback: "refuse" } closes a connection that fell back, and says why', async () => {
  await setMode("tcp");
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const refused = SmcConn.connect({ port, fallback: "refuse" });
  const error = await assertRejects(() => refused, Error, "Cannot connect over SMC as the connection is TCP: NOSMCDEV");
  assertEquals((error as SmcFallbackError).code, "EPROTONOSUPPORT");
  assertEquals((error as SmcFallbackError).fallback.code, 0x03030000);
  using first = await listener.accept();
  assertEquals(await first.read(new Uint8Array(1)), null);
  using client = await SmcConn.connect({ port });
  await assertRejects(() => listener.accept({ fallback: "refuse" }), Error, "Cannot accept over SMC");
  assertEquals(await client.read(new Uint8Array(1)), null);
  await setMode("smc-r");
  using smcClient = await SmcConn.connect({ port, fallback: "refuse" });
  using smcServer = await listener.accept({ fallback: "refuse" });
  assertEquals([(await smcClient.smc()).mode, (await smcServer.smc()).mode], ["smc-r", "smc-r"]);
});

smcTest("a listener that refuses a fallback passes over such connections in an iteration", async () => {
  await setMode("smc-r");
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, fallback: "refuse" });
  using plain = await TcpConn.connect(listener.addr);
  using smc = await SmcConn.connect({ port: listener.addr.port });
  for await (using conn of listener) {
    assertEquals(conn.remoteAddr.port, smc.localAddr.port);
    break;
  }
  assertEquals(await plain.read(new Uint8Array(1)), null);
});

smcTest("the handshake is waited for: nothing is written before, and nothing blocks", async () => {
  await setMode("smc-r");
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  const clients = await Promise.all(Array.from({ length: 20 }, () => SmcConn.connect({ port: listener.addr.port })));
  for (const client of clients) {
    assertEquals((await client.smc()).mode, "smc-r");
    await client.write(new Uint8Array([7]));
  }
  for (const client of clients) {
    using server = await listener.accept();
    assertEquals(await server.read(new Uint8Array(1)), 1);
    client.close();
  }
});

smcTest("remoteAddr is known after the end of the connection, which the kernel forgets", async () => {
  using pair = await smcPair("smc-r");
  const { client, server } = pair;
  const { port } = server.localAddr;
  await client.closeWrite();
  const raw = client.socket.dup();
  const fresh = Socket.fromFd(raw.detach());
  assertThrows(() => fresh.peerSockaddr(), Error, "ENOTCONN");
  fresh.close();
  assertEquals(client.remoteAddr.port, port);
});

smcTest("options that would make the connection TCP are refused, and it stays SMC", async () => {
  await setMode("smc-r");
  let refused: unknown;
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await SmcConn.connect({
    port: listener.addr.port,
    configure: (socket) => {
      refused = assertThrows(() => socket.set(TCP_FASTOPEN, 1), TypeError, "TCP_FASTOPEN");
      // IP_CHECKSUM is 23 too.
      assertThrows(() => socket.setOption(C.IPPROTO_IP, 23, 1), TypeError, "fall back from SMC to TCP");
    },
  });
  assertInstanceOf(refused, TypeError);
  using server = await listener.accept();
  assertEquals([(await client.smc()).mode, (await server.smc()).mode], ["smc-r", "smc-r"]);
  assertThrows(() => server.socket.set(TCP_FASTOPEN, 1), TypeError);
});

smcTest("the kernel does take an option of that number for TCP_FASTOPEN, and falls back", async () => {
  await setMode("smc-r");
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  using client = await SmcConn.connect({
    port: listener.addr.port,
    configure: (socket) => {
      hooksOf(socket).beforeOption = undefined;
      socket.setOption(C.IPPROTO_IP, 23, 1); // IP_CHECKSUM
    },
  });
  const { mode, fallback } = await client.smc();
  assertEquals([mode, fallback?.code], ["tcp", 0x03060000]);
});

smcTest("options shorter than an int are set without the kernel's complaint", async () => {
  using pair = await smcPair("smc-r");
  const { socket } = pair.client;
  const short = new TextEncoder().encode("cubic").subarray(0, 3);
  const error = assertThrows(() => socket.setOption(C.IPPROTO_TCP, C.TCP_CONGESTION, short), Error);
  assert(error.message.includes("ENOENT"), error.message); // there is no "cub": and no EINVAL for the length
  socket.setOption(C.IPPROTO_IP, IP_TOS, new Uint8Array([8]));
  assertEquals(socket.getOption(C.IPPROTO_IP, IP_TOS), 8);
  hooksOf(socket).beforeOption = undefined;
  assertThrows(() => socket.setOption(C.IPPROTO_IP, IP_TOS, new Uint8Array([16])), Error, "EINVAL");
  assertEquals(socket.getOption(C.IPPROTO_IP, IP_TOS), 16); // the kernel says so, but has set it
  assertThrows(() => socket.setOption(C.SOL_SOCKET, C.SO_REUSEPORT, 1), Error, "EOPNOTSUPP");
});

smcTest("TCP_NODELAY is set and read, and the connection stays SMC", async () => {
  using pair = await smcPair("smc-r");
  pair.client.socket.set(TCP_NODELAY, true);
  assertEquals(pair.client.socket.get(TCP_NODELAY), true);
  assertEquals((await pair.client.smc()).mode, "smc-r");
});

smcTest("SMC_LIMIT_HS is an option of listeners", async () => {
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  listener.socket.set(SMC_LIMIT_HS, true);
  assertEquals(listener.socket.get(SMC_LIMIT_HS), true);
  await Promise.resolve();
});

smcTest("reusePort is refused with the kernel's words", () => {
  assertThrows(
    () => SmcListener.listen({ hostname: "127.0.0.1", port: 0, reusePort: true }),
    Error,
    "EOPNOTSUPP",
  );
});

smcTest("an address of the other family is refused as EINVAL, and nothing is left open", async () => {
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  await assertRejects(
    () => SmcConn.connect({ port, localAddr: { hostname: "::1" } }),
    Error,
  );
});

smcTest("urgent data goes past the rest", async () => {
  using pair = await smcPair("smc-r");
  const { client, server } = pair;
  await client.write(new Uint8Array([1, 2]));
  await client.socket.send(new Uint8Array([42]), { flags: C.MSG_OOB });
  await pause(50);
  const urgent = new Uint8Array(1);
  assertEquals(await server.socket.recv(urgent, { flags: C.MSG_OOB }), 1);
  assertEquals(urgent[0], 42);
  assertEquals(await readExactly(server, 2), new Uint8Array([1, 2]));
});

smcTest("over IPv6 the connection is TCP, since SMC-Rv2 is for IPv4", async () => {
  await setMode("smc-r");
  using listener = SmcListener.listen({ hostname: "::1", port: 0 });
  using client = await SmcConn.connect({ hostname: "::1", port: listener.addr.port });
  using _server = await listener.accept();
  const { mode, fallback } = await client.smc();
  assertEquals([mode, fallback?.code], ["tcp", 0x03030000]);
});

smcTest("a socket of the other family is refused with a clear error", () => {
  const socket = Socket.open(C.AF_SMC, C.SOCK_STREAM);
  assertThrows(() => socket.bind(new Uint8Array([43, ...new Uint8Array(15)])), Error, "EAFNOSUPPORT");
  socket.close();
  assertThrows(() => Socket.open(C.AF_SMC, C.SOCK_DGRAM), Error, "ESOCKTNOSUPPORT");
  assertThrows(() => Socket.open(C.AF_SMC, C.SOCK_STREAM, 6), Error, "EPROTONOSUPPORT");
});
