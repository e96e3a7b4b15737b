/** A class of this library, and the type of Deno's that it is compared with. */
export interface Pair {
  ours: string;
  /** The module that exports it. */
  module: string;
  theirs: string;
  /** What kind of class it is, for the reasons. */
  kind: "streams" | "messages" | "listeners" | "datagrams";
  /** Whether its members are listed one by one. */
  detail?: boolean;
}

/** Every public class that represents a connection, a listener or a datagram socket. */
export const PAIRS: readonly Pair[] = [
  { ours: "TcpConn", module: "inet", theirs: "Deno.TcpConn", kind: "streams", detail: true },
  { ours: "SmcConn", module: "smc", theirs: "Deno.Conn<Deno.NetAddr>", kind: "streams" },
  { ours: "UnixConn", module: "unix", theirs: "Deno.UnixConn", kind: "streams", detail: true },
  { ours: "VsockConn", module: "vsock", theirs: "Deno.VsockConn", kind: "streams" },
  { ours: "TipcConn", module: "tipc", theirs: "Deno.Conn", kind: "streams" },
  { ours: "RfcommConn", module: "bluetooth", theirs: "Deno.Conn", kind: "streams" },
  { ours: "UnixSeqpacketConn", module: "unix", theirs: "Deno.Conn<Deno.UnixAddr>", kind: "messages" },
  { ours: "VsockSeqpacketConn", module: "vsock", theirs: "Deno.VsockConn", kind: "messages" },
  { ours: "TipcSeqpacketConn", module: "tipc", theirs: "Deno.Conn", kind: "messages" },
  { ours: "SctpConn", module: "sctp", theirs: "Deno.Conn<Deno.NetAddr>", kind: "messages" },
  { ours: "L2capConn", module: "bluetooth", theirs: "Deno.Conn", kind: "messages" },
  { ours: "ScoConn", module: "bluetooth", theirs: "Deno.Conn", kind: "messages" },
  { ours: "TcpListener", module: "inet", theirs: "Deno.TcpListener", kind: "listeners", detail: true },
  {
    ours: "SmcListener",
    module: "smc",
    theirs: "Deno.Listener<Deno.Conn<Deno.NetAddr>, Deno.NetAddr>",
    kind: "listeners",
  },
  { ours: "UnixListener", module: "unix", theirs: "Deno.UnixListener", kind: "listeners", detail: true },
  { ours: "VsockListener", module: "vsock", theirs: "Deno.VsockListener", kind: "listeners" },
  { ours: "TipcListener", module: "tipc", theirs: "Deno.Listener", kind: "listeners" },
  { ours: "RfcommListener", module: "bluetooth", theirs: "Deno.Listener", kind: "listeners" },
  { ours: "UnixSeqpacketListener", module: "unix", theirs: "Deno.UnixListener", kind: "listeners" },
  { ours: "VsockSeqpacketListener", module: "vsock", theirs: "Deno.VsockListener", kind: "listeners" },
  { ours: "TipcSeqpacketListener", module: "tipc", theirs: "Deno.Listener", kind: "listeners" },
  { ours: "SctpListener", module: "sctp", theirs: "Deno.Listener", kind: "listeners" },
  { ours: "L2capListener", module: "bluetooth", theirs: "Deno.Listener", kind: "listeners" },
  { ours: "ScoListener", module: "bluetooth", theirs: "Deno.Listener", kind: "listeners" },
  { ours: "UdpSocket", module: "inet", theirs: "Deno.DatagramConn", kind: "datagrams", detail: true },
  { ours: "UnixDatagramSocket", module: "unix", theirs: "Deno.DatagramConn", kind: "datagrams" },
  { ours: "RawSocket", module: "inet", theirs: "Deno.DatagramConn", kind: "datagrams" },
  { ours: "PacketSocket", module: "packet", theirs: "Deno.DatagramConn", kind: "datagrams" },
  { ours: "TipcDatagramSocket", module: "tipc", theirs: "Deno.DatagramConn", kind: "datagrams" },
  { ours: "SctpSocket", module: "sctp", theirs: "Deno.DatagramConn", kind: "datagrams" },
  { ours: "IsotpSocket", module: "can", theirs: "Deno.DatagramConn", kind: "datagrams" },
  { ours: "J1939Socket", module: "can", theirs: "Deno.DatagramConn", kind: "datagrams" },
];

/** Why a member does not fit, by `Class.member`, or for all classes of a kind. */
export const REASONS: Readonly<Record<string, string>> = {
  "streams.localAddr": "the family's address, for which Deno has no shape",
  "streams.remoteAddr": "the family's address, for which Deno has no shape",
  "messages.read": "a message arrives whole, by `receive()`",
  "messages.write": "a message goes whole, by `send()`",
  "messages.readable": "messages are not a stream: `for await` over the connection gives them",
  "messages.writable": "messages are not a stream",
  "messages.localAddr": "the family's address, for which Deno has no shape",
  "messages.remoteAddr": "the family's address, for which Deno has no shape",
  "listeners.accept": "it gives the family's connection, which does not fit",
  "listeners.addr": "the family's address, for which Deno has no shape",
  "listeners.[Symbol.asyncIterator]": "it gives the family's connections, which do not fit",
  "datagrams.joinMulticastV4":
    "`joinMulticast(group, { interface, source })` is for both families, where there are groups",
  "datagrams.joinMulticastV6": "see `joinMulticastV4`",
  "datagrams.receive":
    "an object, since it tells too whether bytes were cut off; the buffer is an option, as all that is optional",
  "datagrams.send":
    "the address is the option `addr`, beside the flags, the signal and the timeout: a connected socket needs none",
  "datagrams.addr": "it is `localAddr`, beside `remoteAddr` of a connected socket",
  "datagrams.[Symbol.asyncIterator]": "objects, as `receive()` gives them",
};
