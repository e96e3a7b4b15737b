import { getaddrinfo, TcpConn, TcpListener } from "@berkeley/sockets/inet";
import { serveHttp } from "@berkeley/sockets/node";
import { RpcClient, RpcServer } from "@berkeley/sockets/rpc";
import { MessageBatch, poll, relay } from "@berkeley/sockets/socket";
import { socketPair } from "@berkeley/sockets/unix";
import { assert, assertEquals, assertRejects, test } from "../runner/mod.ts";

/** An option that has another value from the second time on that it is read. */
function changing<K extends string, T>(name: K, first: T, later: unknown): { [key in K]: T } {
  let reads = 0;
  return Object.defineProperty({}, name, { get: () => reads++ === 0 ? first : later, enumerable: true }) as never;
}

async function nameOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(() => "fulfilled", (error) => error.name);
}

test("options that change are used as they were checked", async () => {
  const [left, right] = socketPair("stream");
  const byte = new Uint8Array(1);
  const soon = () => changing("timeout", 20, "never");
  assertEquals(await nameOf(left.read(byte, soon())), "TimeoutError");
  assertEquals(await nameOf(left.receiveMessage(soon())), "TimeoutError");
  assertEquals(await poll([{ socket: left, ...changing("events", ["read" as const], ["tea"]) }], soon()), []);
  assertEquals(await nameOf(relay(left, right, soon())), "TimeoutError");
  using listener = TcpListener.listen({ hostname: "127.0.0.1", ...changing("port", 0, 99_999) });
  using late = await TcpConn.connect({ hostname: "127.0.0.1", port: listener.addr.port });
  using rpc = new RpcClient(late);
  assertEquals(await nameOf(rpc.call("TEA", null, soon())), "TimeoutError");
  RpcServer.serve(listener, {}, changing("onError", () => {}, "no function")).close();
  RpcServer.serve(listener, {}, changing("byteOrder", "big", "tea")).close();
  assertEquals(new MessageBatch({ size: 1, ...changing("capacity", 2, -1) }).capacity, 2);
});

test("an option's getter that closes the socket closes it for the call, too", async () => {
  const calls = [
    (conn: TcpConn, options: object) => conn.write(new Uint8Array(8), options),
    (conn: TcpConn, options: object) => conn.read(new Uint8Array(8), options),
    (conn: TcpConn, options: object) => conn.socket.recv(new Uint8Array(8), options),
    (conn: TcpConn, options: object) => conn.socket.sendmsg({ buffers: [new Uint8Array(8)] }, options),
  ];
  for (const call of calls) {
    using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
    const conn = await TcpConn.connect(listener.addr);
    const { fd } = conn.socket;
    let others: ReturnType<typeof socketPair<"stream">> | undefined;
    const error = await call(conn, {
      get timeout() {
        conn.close();
        others = socketPair("stream"); // one end has the number now
        return 50;
      },
    }).catch((error) => error);
    assert(others?.some(({ socket }) => socket.fd === fd));
    assertEquals(error.code, "EBADF");
    const reads = (others ?? []).map((other) => nameOf(other.read(new Uint8Array(8), { timeout: 20 })));
    assertEquals(await Promise.all(reads), ["TimeoutError", "TimeoutError"]);
    for (const other of others ?? []) other.close();
  }
});

test("what only looks like an AbortSignal is refused", async () => {
  const looksAlike = {
    aborted: false,
    reason: 1,
    addEventListener() {},
    removeEventListener() {},
    throwIfAborted() {},
  };
  const [left, right] = socketPair("stream");
  using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  using conn = await TcpConn.connect(listener.addr);
  using rpc = new RpcClient(conn);
  for (const fake of [looksAlike, Object.create(AbortSignal.prototype), new EventTarget()]) {
    const signal = fake as AbortSignal;
    const calls: Record<string, () => Promise<unknown>> = {
      read: () => left.read(new Uint8Array(1), { signal }),
      connect: () => TcpConn.connect({ ...listener.addr, signal }),
      getaddrinfo: () => getaddrinfo("127.0.0.1", 80, { signal }),
      poll: () => poll([], { signal, timeout: 0 }),
      call: () => rpc.call("TEA", null, { signal, timeout: 1000 }),
      serveHttp: () => serveHttp(listener, () => new Response(), { signal }),
    };
    for (const call of Object.values(calls)) await assertRejects(call, TypeError, "signal must be an AbortSignal");
  }
  await assertRejects(() => relay(left, right, { signal: looksAlike as never }), TypeError, "AbortSignal");
});
