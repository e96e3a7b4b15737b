/**
 * The sockets of this system, as the kernel lists them (sock_diag): like `ss`, as values.
 *
 * {@linkcode listSockets} lists TCP, UDP, raw IP, unix, packet, netlink, vsock and SMC sockets in one shape, with the
 * programs that have them open; {@linkcode destroySocket} forcibly closes one.
 *
 * @example The connections of this program
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { listSockets } from "@berkeley/sockets/netlink/diag";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using conn = await TcpConn.connect(listener.addr);
 * const sockets = await listSockets({ protocol: "tcp", states: ["ESTABLISHED"] });
 * const own = sockets.find(({ localAddr }) => localAddr.port === conn.localAddr.port);
 * assertEquals(own?.remoteAddr.port, listener.addr.port);
 * assertEquals(own?.tcpInfo?.state, "ESTABLISHED");
 * ```
 *
 * @module
 */
export type { TcpInfo, TcpState } from "../../inet/options/tcp_info.ts";
export type { OpenOptions } from "../../socket/open.ts";
export type { WaitOptions } from "../../socket/wait_options.ts";
export type { UnixAddr } from "../../unix/addr.ts";
export { Attributes } from "../attribute.ts";
export type { NetlinkMessage } from "../message.ts";
export type { NetlinkOptions, NetlinkRequester, NetlinkRequestOptions } from "../netlink_options.ts";
export { NetlinkSocket } from "../netlink_socket.ts";
export { destroySocket } from "./destroy_socket.ts";
export { listSockets, type ListSocketsOptions } from "./list_sockets.ts";
export type {
  InetSocketInfo,
  InetSocketOptions,
  NetlinkSocketInfo,
  PacketSocketInfo,
  SmcDiagInfo,
  SmcMode,
  SmcState,
  SocketInfo,
  SocketInfoBase,
  SocketInfoOf,
  SocketMemory,
  SocketNetAddr,
  SocketProcess,
  SocketProtocol,
  SocketState,
  SocketTimer,
  UnixSocketInfo,
  VsockSocketInfo,
} from "./socket_info.ts";
