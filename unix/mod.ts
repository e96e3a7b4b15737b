/**
 * AF_UNIX: sockets of all three types between programs on one machine, with paths and abstract names. They also carry
 * descriptors and credentials.
 *
 * - A *stream* carries bytes without boundaries: {@linkcode UnixListener}, {@linkcode UnixConn}.
 * - A *seqpacket* connection carries whole messages in order, and has an end: {@linkcode UnixSeqpacketListener},
 *   {@linkcode UnixSeqpacketConn}. What Deno calls `"unixpacket"` is not this, but a datagram socket.
 * - *Datagrams* are messages without a connection: {@linkcode UnixDatagramSocket}.
 *
 * {@linkcode socketPair} makes two connected sockets of any type.
 *
 * A listener owns its file: it never takes over the path of a socket in use, and removes its own file when it is
 * closed. {@linkcode peerCredentials} returns the process at the other end, and `sendMessage` passes open files.
 *
 * Permission: only `--allow-ffi`, also for files.
 *
 * @example Messages between two programs
 * ```ts
 * import { UnixSeqpacketConn, UnixSeqpacketListener } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = UnixSeqpacketListener.listen({ abstract: `example-${crypto.randomUUID()}` });
 * using client = await UnixSeqpacketConn.connect(listener.addr);
 * using server = await listener.accept();
 * await client.send(new TextEncoder().encode("SEND"));
 * client.close();
 * for await (const { data } of server) assertEquals(new TextDecoder().decode(data), "SEND");
 * ```
 *
 * @module
 */
export {
  formatUnixAddr,
  type UnixAbstractAddr,
  type UnixAddr,
  type UnixAutobindAddr,
  type UnixBindAddr,
  type UnixDestination,
  type UnixPathAddr,
} from "./addr.ts";
export {
  type Credentials,
  decodeCredentials,
  encodeCredentials,
  peerCredentials,
  peerPidfd,
  peerSecurityContext,
} from "./credentials.ts";
export { type InheritedListener, inheritedListeners } from "./inherited_listeners.ts";
export { type FdSource, type OutgoingUnixMessage, type ReceiveMessageOptions, UnixMessage } from "./message.ts";
export { notifySystemd, type NotifySystemdOptions } from "./notify_systemd.ts";
export type { UnixConnectOptions, UnixListenOptions } from "./open_unix.ts";
export { OwnedFd } from "./owned_fd.ts";
export {
  DARWIN_SOCKADDR,
  decodeSockaddrUn,
  encodeSockaddrUn,
  LINUX_SOCKADDR,
  type SockaddrLayout,
  unixAddrCodec,
  unixDatagramAddrCodec,
} from "./sockaddr_un.ts";
export { keepSocketFile, type UnixBindOptions } from "./socket_file.ts";
export { socketPair, type SocketPairs } from "./socket_pair.ts";
export { UnixConn } from "./unix_conn.ts";
export { type UnixDatagramBindOptions, UnixDatagramSocket } from "./unix_datagram_socket.ts";
export { UnixListener } from "./unix_listener.ts";
export { UnixSeqpacketConn } from "./unix_seqpacket_conn.ts";
export { UnixSeqpacketListener } from "./unix_seqpacket_listener.ts";
