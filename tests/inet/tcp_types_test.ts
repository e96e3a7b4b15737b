import { type NetAddr, TcpConn, TcpListener } from "../../inet/mod.ts";
import type { Conn, Listener } from "../../socket/mod.ts";
import { assertEquals, test } from "../runner/mod.ts";

/** Does not compile unless `Ours` is assignable to `Theirs`. */
type Fits<Ours extends Theirs, Theirs> = [Ours, Theirs];

// The lock: these lines are the test, and `deno check` runs it.
export type Locks = [
  Fits<TcpConn, Deno.TcpConn>,
  Fits<TcpConn, Deno.Conn<Deno.NetAddr>>,
  Fits<TcpListener, Deno.TcpListener>,
  Fits<TcpListener, Deno.Listener<TcpConn, Deno.NetAddr>>,
  Fits<Conn<Deno.UnixAddr>, Deno.Conn<Deno.UnixAddr>>,
  Fits<Conn<Deno.UnixAddr>, Deno.UnixConn>,
  Fits<Listener<Deno.UnixAddr, Conn<Deno.UnixAddr>>, Deno.Listener<Conn<Deno.UnixAddr>, Deno.UnixAddr>>,
  Fits<NetAddr, Deno.NetAddr>,
  Fits<Deno.NetAddr, NetAddr>,
  // Ours accepts everything that Deno accepts.
  Fits<Parameters<Deno.TcpConn["read"]>, Parameters<TcpConn["read"]>>,
  Fits<Parameters<Deno.TcpConn["write"]>, Parameters<TcpConn["write"]>>,
  Fits<Parameters<Deno.TcpConn["setKeepAlive"]>, Parameters<TcpConn["setKeepAlive"]>>,
  Fits<Parameters<Deno.TcpConn["setNoDelay"]>, Parameters<TcpConn["setNoDelay"]>>,
];

// Proof that the lock can fail: none of these shapes may fit.
export type Refused = [
  // @ts-expect-error: a connection lacks closeWrite()
  Fits<Omit<TcpConn, "closeWrite">, Deno.TcpConn>,
  // @ts-expect-error: a connection is not a listener
  Fits<TcpConn, Deno.TcpListener>,
  // @ts-expect-error: the addresses of another family
  Fits<Conn<Deno.UnixAddr>, Deno.TcpConn>,
];

async function echoOnce(listener: Deno.TcpListener): Promise<void> {
  for await (const conn of listener) {
    conn.setNoDelay(true);
    conn.setKeepAlive(true);
    await conn.readable.pipeTo(conn.writable);
    return;
  }
}

test("a TcpListener works in code written for Deno.TcpListener", async () => {
  const listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
  const served = echoOnce(listener);
  const conn: Deno.TcpConn = await TcpConn.connect(listener.addr);
  assertEquals(conn.remoteAddr, { transport: "tcp", hostname: "127.0.0.1", port: listener.addr.port });
  await conn.write(new Uint8Array([1, 2, 3]));
  await conn.closeWrite();
  const chunks: number[] = [];
  for await (const chunk of conn.readable) chunks.push(...chunk);
  conn.close();
  await served;
  assertEquals(chunks, [1, 2, 3]);
});
