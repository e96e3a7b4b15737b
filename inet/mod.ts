/**
 * IPv4 and IPv6: TCP, UDP and raw sockets with all their options; addresses, names and interfaces.
 *
 * - {@linkcode TcpConn}, {@linkcode TcpListener}: TCP connections, also with Multipath TCP;
 *   {@linkcode TcpConn.connect} takes host names.
 * - {@linkcode UdpSocket}: datagrams, multicast ({@linkcode UdpSocket.joinMulticast}), ancillary data and the error
 *   queue.
 * - {@linkcode RawSocket}: ICMP and every other IP protocol.
 * - Options such as {@linkcode TCP_NODELAY}, {@linkcode IP_TTL} and {@linkcode IPV6_V6ONLY}, for `get` and `set` of
 *   each object's `socket`.
 * - {@linkcode getaddrinfo}, {@linkcode getnameinfo}, {@linkcode getservbyname}, {@linkcode interfaces}: the names,
 *   services and interfaces of the system.
 * - Codecs: `parse…` and `format…` between text and values, `encode…` and `decode…` between values and C's sockaddr.
 *   {@linkcode parseIpv4} and {@linkcode parseIpv6} are strict and throw; {@linkcode inetAton}, {@linkcode inetPton}
 *   and the others with libc names behave exactly like libc, and return null where it returns 0.
 *
 * An address has the shape of `Deno.NetAddr`; ports and all other numbers are in host order. Sockets need
 * `--allow-ffi`; the codecs are pure: they need no permission and no socket, and run in a browser.
 *
 * @example A TCP connection, and its end
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "127.0.0.1", port: 0 });
 * using client = await TcpConn.connect(listener.addr);
 * using server = await listener.accept();
 * await client.write(new TextEncoder().encode("hello"));
 * await client.closeWrite();
 * const buffer = new Uint8Array(1024);
 * assertEquals(await server.read(buffer), 5);
 * assertEquals(await server.read(buffer), null);
 * ```
 *
 * @example Convert text to the bytes that bind(2) takes, and back
 * ```ts
 * import { decodeInetSockaddr, encodeInetSockaddr, formatNetAddr, parseNetAddr } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * const sockaddr = encodeInetSockaddr(parseNetAddr("[::1]:50000"));
 * assertEquals(sockaddr.length, 28);
 * assertEquals(formatNetAddr(decodeInetSockaddr(sockaddr)), "[::1]:50000");
 * ```
 *
 * @module
 */
export { formatNetAddr, type NetAddr, parseNetAddr } from "./addresses/addr.ts";
export { type IpAddr, ipAddrCodec, tcpAddrCodec, udpAddrCodec, type UdpDestination } from "./addresses/addr_codec.ts";
export { htonl, htons, ntohl, ntohs } from "./addresses/byte_order.ts";
export { formatIpv4 } from "./addresses/format_ipv4.ts";
export { formatIpv6 } from "./addresses/format_ipv6.ts";
export { inetAton } from "./addresses/inet_aton.ts";
export { inetNtoa } from "./addresses/inet_ntoa.ts";
export { inetNtop } from "./addresses/inet_ntop.ts";
export { inetPton } from "./addresses/inet_pton.ts";
export { parseIpv4 } from "./addresses/parse_ipv4.ts";
export { type Ipv6, parseIpv6 } from "./addresses/parse_ipv6.ts";
export {
  DARWIN_SOCKADDR,
  decodeInetSockaddr,
  decodeSockaddr,
  encodeInetSockaddr,
  encodeSockaddr,
  LINUX_SOCKADDR,
  type Sockaddr,
  SOCKADDR_STORAGE_SIZE,
  type SockaddrLayout,
} from "./addresses/sockaddr.ts";
export { decodeSockaddrIn, encodeSockaddrIn, SOCKADDR_IN_SIZE, type SockaddrIn } from "./addresses/sockaddr_in.ts";
export { decodeSockaddrIn6, encodeSockaddrIn6, SOCKADDR_IN6_SIZE, type SockaddrIn6 } from "./addresses/sockaddr_in6.ts";
export { connectStream } from "./connect_stream.ts";
export { InetDatagramSocket, type MulticastOptions } from "./inet_datagram_socket.ts";
export type { InetMessage, OutgoingInetMessage, QueuedError } from "./inet_message.ts";
export { listenStream } from "./listen_stream.ts";
export { type AddressInfo, getaddrinfo, type GetaddrinfoOptions } from "./names/getaddrinfo.ts";
export { gethostbyaddr, gethostbyname, type GethostbynameOptions, type Host } from "./names/gethostbyname.ts";
export { gethostname } from "./names/gethostname.ts";
export { getnameinfo, type GetnameinfoOptions } from "./names/getnameinfo.ts";
export { getprotobyname, getprotobynumber, type Protocol } from "./names/getprotobyname.ts";
export { getservbyname, getservbyport, type GetservOptions, type Service } from "./names/getservbyname.ts";
export { ifIndextoname, ifNametoindex } from "./names/if_indextoname.ts";
export { type InterfaceAddress, interfaces, type NetworkInterface } from "./names/interfaces.ts";
export type { LookupOptions } from "./names/lookup.ts";
export type { NetworkError } from "./network_error.ts";
export type { InterfaceOption } from "./options/interface_option.ts";
export * from "./options/icmp_options.ts";
export * from "./options/ip_options.ts";
export * from "./options/ipv6_options.ts";
export type { TcpInfo, TcpState } from "./options/tcp_info.ts";
export * from "./options/tcp_options.ts";
export type { TcpRepairOption, TcpRepairWindow } from "./options/tcp_repair.ts";
export type { TcpNetworkSignature, TcpSignature } from "./options/tcp_signature.ts";
export * from "./options/udp_options.ts";
export { decodePacketInfo, encodePacketInfo, type OutgoingPacketInfo, type PacketInfo } from "./packet_info.ts";
export { type RawOpenOptions, RawSocket } from "./raw_socket.ts";
export type { StreamConnectOptions, StreamListenOptions } from "./stream_options.ts";
export { type KeepAliveOptions, TcpConn, type TcpConnectOptions } from "./tcp_conn.ts";
export { TcpListener, type TcpListenOptions } from "./tcp_listener.ts";
export { type UdpBindOptions, UdpSocket } from "./udp_socket.ts";
