import type {
  L2capConn,
  L2capListener,
  RfcommConn,
  RfcommListener,
  ScoConn,
  ScoListener,
} from "@berkeley/sockets/bluetooth";
import type { IsotpSocket, J1939Socket } from "@berkeley/sockets/can";
import type { RawSocket, TcpConn, TcpListener, UdpSocket } from "@berkeley/sockets/inet";
import type { PacketSocket } from "@berkeley/sockets/packet";
import type { SctpConn, SctpListener, SctpSocket } from "@berkeley/sockets/sctp";
import { SmcConn, SmcListener } from "@berkeley/sockets/smc";
import type {
  TipcConn,
  TipcDatagramSocket,
  TipcListener,
  TipcSeqpacketConn,
  TipcSeqpacketListener,
} from "@berkeley/sockets/tipc";
import type {
  UnixConn,
  UnixDatagramSocket,
  UnixListener,
  UnixSeqpacketConn,
  UnixSeqpacketListener,
} from "@berkeley/sockets/unix";
import type { VsockConn, VsockListener, VsockSeqpacketConn, VsockSeqpacketListener } from "@berkeley/sockets/vsock";
import { assertEquals, test } from "../runner/mod.ts";

/** The members of one of Deno's types that our class does not fit. */
type Different<Ours, Theirs> = { [K in keyof Theirs]: Ours extends Pick<Theirs, K> ? never : K }[keyof Theirs];
/** Does not compile unless both are the same. */
type Is<A extends B, B extends C, C = A> = [A, B, C];

type Addrs = "localAddr" | "remoteAddr";
type Messages = "read" | "write" | "readable" | "writable";
type Accepting = "accept" | typeof Symbol.asyncIterator;
type Datagrams = "receive" | "send" | "addr" | "joinMulticastV4" | "joinMulticastV6" | typeof Symbol.asyncIterator;

// The lock: these lines are the test, and `deno check` runs it. docs/deno_shape.md tells why.
export type Locks = [
  Is<Different<TcpConn, Deno.TcpConn>, never>,
  Is<Different<SmcConn, Deno.Conn<Deno.NetAddr>>, never>,
  Is<Different<UnixConn, Deno.UnixConn>, never>,
  Is<Different<VsockConn, Deno.VsockConn>, never>,
  Is<Different<TipcConn, Deno.Conn>, Addrs>,
  Is<Different<RfcommConn, Deno.Conn>, Addrs>,
  Is<Different<UnixSeqpacketConn, Deno.Conn<Deno.UnixAddr>>, Messages>,
  Is<Different<VsockSeqpacketConn, Deno.VsockConn>, Messages>,
  Is<Different<TipcSeqpacketConn, Deno.Conn>, Messages | Addrs>,
  Is<Different<SctpConn, Deno.Conn<Deno.NetAddr>>, Messages | Addrs>,
  Is<Different<L2capConn, Deno.Conn>, Messages | Addrs>,
  Is<Different<ScoConn, Deno.Conn>, Messages | Addrs>,
  Is<Different<TcpListener, Deno.TcpListener>, never>,
  Is<Different<SmcListener, Deno.Listener<Deno.Conn<Deno.NetAddr>, Deno.NetAddr>>, never>,
  Is<Different<UnixListener, Deno.UnixListener>, never>,
  Is<Different<VsockListener, Deno.VsockListener>, never>,
  Is<Different<TipcListener, Deno.Listener>, Accepting | "addr">,
  Is<Different<RfcommListener, Deno.Listener>, Accepting | "addr">,
  Is<Different<UnixSeqpacketListener, Deno.UnixListener>, Accepting>,
  Is<Different<VsockSeqpacketListener, Deno.VsockListener>, Accepting>,
  Is<Different<TipcSeqpacketListener, Deno.Listener>, Accepting | "addr">,
  Is<Different<SctpListener, Deno.Listener>, Accepting | "addr">,
  Is<Different<L2capListener, Deno.Listener>, Accepting | "addr">,
  Is<Different<ScoListener, Deno.Listener>, Accepting | "addr">,
  Is<Different<UdpSocket, Deno.DatagramConn>, Datagrams>,
  Is<Different<UnixDatagramSocket, Deno.DatagramConn>, Datagrams>,
  Is<Different<RawSocket, Deno.DatagramConn>, Datagrams>,
  Is<Different<PacketSocket, Deno.DatagramConn>, Datagrams>,
  Is<Different<TipcDatagramSocket, Deno.DatagramConn>, Datagrams>,
  Is<Different<SctpSocket, Deno.DatagramConn>, Datagrams>,
  Is<Different<IsotpSocket, Deno.DatagramConn>, Datagrams>,
  Is<Different<J1939Socket, Deno.DatagramConn>, Datagrams>,
];

// Proof that the lock can fail.
export type Refused = [
  // @ts-expect-error: messages are not a stream
  Is<Different<UnixSeqpacketConn, Deno.Conn<Deno.UnixAddr>>, never>,
  // @ts-expect-error: it fits, but the lock says that an address does not
  Is<Different<TcpConn, Deno.TcpConn>, Addrs>,
];

async function echoOnce(listener: Deno.Listener<Deno.Conn<Deno.NetAddr>, Deno.NetAddr>): Promise<void> {
  for await (const conn of listener) {
    await conn.readable.pipeTo(conn.writable);
    return;
  }
}

test("an SmcListener works in code written for Deno.Listener", async () => {
  const listener = SmcListener.listen({ hostname: "127.0.0.1", unsupported: "tcp" });
  const served = echoOnce(listener);
  const conn: Deno.Conn<Deno.NetAddr> = await SmcConn.connect({ ...listener.addr, unsupported: "tcp" });
  await conn.write(new Uint8Array([1, 2, 3]));
  await conn.closeWrite();
  assertEquals(await new Response(conn.readable).arrayBuffer(), new Uint8Array([1, 2, 3]).buffer);
  conn.close();
  await served;
});
