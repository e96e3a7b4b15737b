import {
  type UnixAddr,
  UnixConn,
  type UnixDatagramSocket,
  UnixListener,
  type UnixSeqpacketConn,
} from "@berkeley/sockets/unix";
import { assertEquals, assertRejects, assertThrows, tempDir, test } from "../runner/mod.ts";

/** Does not compile unless `Ours` is assignable to `Theirs`. */
type Fits<Ours extends Theirs, Theirs> = [Ours, Theirs];

// The lock: these lines are the test, and `deno check` runs it.
export type Locks = [
  Fits<UnixConn, Deno.UnixConn>,
  Fits<UnixConn, Deno.Conn>,
  Fits<UnixListener, Deno.UnixListener>,
  Fits<UnixListener, Deno.Listener<UnixConn, Deno.UnixAddr>>,
  Fits<UnixAddr, Deno.UnixAddr>,
  Fits<UnixDatagramSocket["localAddr"], Deno.Addr>,
  // Ours accepts everything that Deno accepts.
  Fits<Deno.UnixAddr, Parameters<UnixDatagramSocket["connect"]>[0]>,
  Fits<Parameters<typeof Deno.connect>[0] & { transport: "unix" }, Parameters<typeof UnixConn.connect>[0]>,
  Fits<Deno.UnixListenOptions & { transport: "unix" }, Parameters<typeof UnixListener.listen>[0]>,
];

// Proof that the lock can fail.
export type Refused = [
  // @ts-expect-error: a connection lacks closeWrite()
  Fits<Omit<UnixConn, "closeWrite">, Deno.UnixConn>,
  // @ts-expect-error: messages are not a stream
  Fits<UnixSeqpacketConn, Deno.UnixConn>,
];

async function echoOnce(listener: Deno.UnixListener): Promise<void> {
  for await (const conn of listener) {
    await conn.readable.pipeTo(conn.writable);
    return;
  }
}

test("a UnixListener works in code written for Deno.UnixListener", { needs: ["read", "write"] }, async () => {
  await using dir = await tempDir();
  const path = `${dir.path}/s`;
  const listener = UnixListener.listen({ transport: "unix", path });
  const served = echoOnce(listener);
  const conn: Deno.UnixConn = await UnixConn.connect({ transport: "unix", path });
  assertEquals([conn.localAddr, conn.remoteAddr], [{ transport: "unix", path: "" }, { transport: "unix", path }]);
  await conn.write(new Uint8Array([1, 2, 3]));
  await conn.closeWrite();
  assertEquals(await new Response(conn.readable).bytes(), new Uint8Array([1, 2, 3]));
  conn.close();
  await served;
});

test("the address of an abstract listener can be connected to unchanged", async () => {
  using listener = UnixListener.listen({ autobind: true });
  const { abstract } = listener.addr;
  assertEquals(listener.addr, { transport: "unix", path: `\0${abstract}`, abstract } as UnixAddr);
  using client = await UnixConn.connect(listener.addr);
  assertEquals(client.remoteAddr, listener.addr);
});

test("the address of another type of socket is refused", async () => {
  const wrong = { transport: "unixpacket", abstract: "tests/unix/types" } as const;
  await assertRejects(() => UnixConn.connect(wrong), TypeError, 'must be unix: current value is "unixpacket"');
  assertThrows(() => UnixListener.listen(wrong), TypeError, 'must be unix: current value is "unixpacket"');
});
