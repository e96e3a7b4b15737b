import { type UnixAddr, UnixConn, UnixListener } from "../../unix/mod.ts";
import { assertEquals, test } from "../runner/mod.ts";

/** Does not compile unless `Ours` may stand wherever `Theirs` is asked for. */
type Fits<Ours extends Theirs, Theirs> = [Ours, Theirs];

/** The runtime's own types, but for their addresses: those are a closed union. */
type HostConn = Omit<Deno.UnixConn, "localAddr" | "remoteAddr">;
type HostListener = Omit<Deno.UnixListener, "addr" | "accept" | typeof Symbol.asyncIterator>;

// The lock: these lines are the test, and `deno check` runs it.
export type Locks = [
  Fits<UnixConn, HostConn>,
  Fits<UnixListener, HostListener>,
  Fits<UnixListener, AsyncIterable<UnixConn>>,
];

// The lock can fail.
export type Refused = [
  // @ts-expect-error: a connection lacks closeWrite()
  Fits<Omit<UnixConn, "closeWrite">, HostConn>,
];

test("UnixConn and UnixListener stand where the runtime's own are asked for", async () => {
  using listener = UnixListener.listen({ autobind: true });
  using client = await UnixConn.connect(listener.addr);
  using server = await listener.accept();
  const conns: HostConn[] = [client, server];
  const addr: UnixAddr = client.remoteAddr;
  assertEquals([conns.length, addr], [2, listener.addr]);
});
