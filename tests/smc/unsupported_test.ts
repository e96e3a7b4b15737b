import { C } from "../../ffi/mod.ts";
import {
  addUeid,
  flushSmcPnets,
  listSmcSockets,
  SmcConn,
  SmcListener,
  smcPnets,
  smcStatistics,
  smcSupport,
  smcSystemInfo,
} from "../../smc/mod.ts";
import { Socket } from "../../socket/mod.ts";
import { assert, assertEquals, assertRejects, assertThrows, ignore, test } from "../runner/mod.ts";

const withoutSmc = smcSupport().supported
  ? (name: string) => ignore(name, "this kernel has SMC")
  : (name: string, fn: () => void | Promise<void>) => test(name, fn);

withoutSmc("smcSupport() says that the kernel has none, and what to do", () => {
  const { supported, reason, advice } = smcSupport();
  assertEquals(supported, false);
  assert(reason?.includes("EAFNOSUPPORT"));
  assert(advice?.includes("modprobe smc"));
});

withoutSmc(
  "SmcListener.listen() and SmcConn.connect() refuse a kernel without AF_SMC, and say what to do",
  async () => {
    const text = "Cannot open an AF_SMC socket: this kernel lacks it. Load the module with `modprobe smc`";
    assertThrows(() => SmcListener.listen({ hostname: "127.0.0.1", port: 0 }), Error, text);
    await assertRejects(() => SmcConn.connect({ hostname: "127.0.0.1", port: 9 }), Error, text);
  },
);

withoutSmc('{ unsupported: "tcp" } opens TCP, and smc() says so', async () => {
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
  using client = await SmcConn.connect({ port: listener.addr.port, unsupported: "tcp" });
  using server = await listener.accept();
  for (const conn of [client, server]) {
    const { mode, fallback } = await conn.smc();
    assertEquals([mode, fallback?.reason], ["tcp", "This kernel has no AF_SMC"]);
    assert(fallback?.advice.includes("modprobe smc"));
  }
  const closed = client.closed;
  client.close();
  await closed;
  assertEquals(await server.read(new Uint8Array(1)), null);
});

withoutSmc('{ fallback: "refuse" } refuses TCP, and closes the connection', async () => {
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
  const options = { port: listener.addr.port, unsupported: "tcp", fallback: "refuse" } as const;
  await assertRejects(
    () => SmcConn.connect(options),
    Error,
    "Cannot connect over SMC as the connection is TCP: This kernel has no AF_SMC",
  );
  using server = await listener.accept();
  assertEquals(await server.read(new Uint8Array(1)), null);
});

withoutSmc("smc-tools say what to do on a kernel without SMC", async () => {
  for (
    const [ask, action] of [
      [listSmcSockets, "list the SMC sockets"],
      [smcSystemInfo, "read the SMC system information"],
      [smcStatistics, "read the SMC statistics"],
      [smcPnets, "list the PNET table"],
      [() => addUeid("A"), "add the UEID A"],
      [flushSmcPnets, "empty the PNET table"],
    ] as const
  ) {
    await assertRejects(
      () => ask(),
      Error,
      `Cannot ${action}: this kernel has no SMC, or its modules are not loaded: try modprobe smc smc_diag`,
    );
  }
});

withoutSmc("SmcConn.closed is fulfilled when the connection is given away", async () => {
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
  await using client = await SmcConn.connect({ port: listener.addr.port, unsupported: "tcp" });
  using server = await listener.accept();
  const { closed } = client;
  using given = Socket.fromFd(client.detach());
  await closed;
  await given.write(new Uint8Array(3));
  assertEquals(await server.read(new Uint8Array(8)), 3);
}); // and the end of the `await using` block comes

withoutSmc("SmcListener.accept() keeps to its listener's fallback where its own is undefined", async () => {
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp", fallback: "refuse" });
  using _client = await SmcConn.connect({ port: listener.addr.port, unsupported: "tcp" });
  await assertRejects(() => listener.accept({ fallback: undefined as never }), Error, "Cannot accept over SMC");
});

withoutSmc("SmcConn.smc() rejects with the reason of its signal, whatever that is", async () => {
  using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
  using client = await SmcConn.connect({ port: listener.addr.port, unsupported: "tcp" });
  assertEquals(await client.smc({ signal: AbortSignal.abort(null) }).catch((reason) => reason), null);
});

test("unknown values of fallback and unsupported are refused before any system call", async () => {
  for (const word of ["refused", "", null, true] as never[]) {
    const [fallback, unsupported] = [{ port: 9, fallback: word }, { port: 9, unsupported: word }];
    assertThrows(() => SmcListener.listen(fallback), TypeError, "fallback");
    assertThrows(() => SmcListener.listen(unsupported), TypeError, "unsupported");
    await assertRejects(() => SmcConn.connect(fallback), TypeError, "fallback");
    await assertRejects(() => SmcConn.connect(unsupported), TypeError, "unsupported");
  }
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  using listener = new SmcListener(socket);
  await assertRejects(() => listener.accept({ fallback: "no" as never }), TypeError, "fallback");
  assertThrows(() => new SmcListener(socket, { fallback: "no" as never }), TypeError, "fallback");
});

test("an invalid drainTimeout is refused before any system call", async () => {
  using socket = Socket.open(C.AF_INET, C.SOCK_STREAM);
  for (const drainTimeout of [NaN, -1, "5", 5n, null, {}] as never[]) {
    assertThrows(() => SmcListener.listen({ port: 0, drainTimeout }), RangeError, "drainTimeout");
    assertThrows(() => new SmcListener(socket, { drainTimeout }), RangeError, "drainTimeout");
    assertThrows(() => new SmcConn(socket, { drainTimeout }), RangeError, "drainTimeout");
  }
  assertThrows(() => SmcListener.listen({ port: 0, drainTimeout: -1 }), RangeError, "drainTimeout");
  await assertRejects(() => SmcConn.connect({ port: 9, drainTimeout: NaN }), RangeError, "drainTimeout");
});

test("Socket.closeDrained() closes at once if everything is sent, and otherwise gives up at its timeout", async () => {
  const [left, right] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  await left.write(new Uint8Array(1000));
  await assertRejects(() => left.closeDrained(30), Error, "Cannot close in time");
  assertEquals(left.fd, -1);
  await left.closeDrained(30); // closed already
  const buffer = new Uint8Array(2000);
  assertEquals(await right.read(buffer), 1000);
  assertEquals(await right.read(buffer), null);
  await right.closeDrained(1000);
  const [sender, reader] = Socket.pair(C.AF_UNIX, C.SOCK_STREAM);
  await sender.write(new Uint8Array(1000));
  const closing = sender.closeDrained(5000);
  await assertRejects(() => sender.read(buffer), Error, "closed");
  await reader.read(buffer);
  await closing;
  assertEquals(await reader.read(buffer), null);
  reader.close();
});
