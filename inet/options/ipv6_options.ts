import { HOST_LITTLE_ENDIAN } from "../../ffi/sockaddr_layout.ts";
import {
  booleanOption,
  bytesOption,
  encodeInt,
  intOption,
  type ReadableOption,
  readableOption,
  type SocketOption,
  type WritableOption,
  writableOption,
} from "../../socket/option.ts";
import type { NetAddr } from "../addresses/addr.ts";
import { parseIpv6 } from "../addresses/parse_ipv6.ts";
import { decodeInetSockaddr } from "../addresses/sockaddr.ts";
import { type InterfaceOption, interfaceOption, networkOrder } from "./interface_option.ts";

// The options of IPv6, sorted by C name; to join multicast groups, use the methods of UdpSocket. See ipv6(7).

/** The address that a redirected connection was meant for. Needs netfilter's connection tracking. */
export const IP6T_SO_ORIGINAL_DST: ReadableOption<NetAddr> = readableOption(
  "IPPROTO_IPV6",
  "IP6T_SO_ORIGINAL_DST",
  28,
  (bytes) => decodeInetSockaddr(bytes),
);
/** `IPV6_PREFER_SRC_*` flags, ORed: which of its addresses the machine sends from (RFC 5014). */
export const IPV6_ADDR_PREFERENCES: SocketOption<number> = intOption("IPPROTO_IPV6", "IPV6_ADDR_PREFERENCES");
/** Whether the kernel gives each connection a flow label. */
export const IPV6_AUTOFLOWLABEL: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_AUTOFLOWLABEL");
/** The offset of the checksum in the data of a raw socket, in bytes; -1 for none. */
export const IPV6_CHECKSUM: SocketOption<number> = intOption("IPPROTO_IPV6", "IPV6_CHECKSUM");
/** Whether packets that are too large are refused instead of fragmented. */
export const IPV6_DONTFRAG: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_DONTFRAG");
/** The destination options of every packet, as they stand in the header; none for no header. Needs CAP_NET_RAW. */
export const IPV6_DSTOPTS: SocketOption<Uint8Array> = headerOption("IPV6_DSTOPTS");
/** Whether the flow label of an address is sent. */
export const IPV6_FLOWINFO_SEND: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_FLOWINFO_SEND");
/** Whether the socket may bind an address that this machine does not have (yet). */
export const IPV6_FREEBIND: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_FREEBIND");
/** Whether packets sent on a raw socket begin with their IPv6 header. */
export const IPV6_HDRINCL: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_HDRINCL");
/** The hop-by-hop options of every packet, as they stand in the header; none for no header. Needs CAP_NET_RAW. */
export const IPV6_HOPOPTS: SocketOption<Uint8Array> = headerOption("IPV6_HOPOPTS");
/** The lowest hop limit of packets to receive; 0 for any. */
export const IPV6_MINHOPCOUNT: SocketOption<number> = intOption("IPPROTO_IPV6", "IPV6_MINHOPCOUNT");
/**
 * The MTU, in bytes: reading returns the path MTU to the connected address; setting lowers the limit for this socket.
 */
export const IPV6_MTU: SocketOption<number> = intOption("IPPROTO_IPV6", "IPV6_MTU");
/** `IP_PMTUDISC_*`: whether packets that are too large are fragmented or refused (`EMSGSIZE`). */
export const IPV6_MTU_DISCOVER: SocketOption<number> = intOption("IPPROTO_IPV6", "IPV6_MTU_DISCOVER");
/** Whether the socket receives from all groups that this machine has joined, not only from its own groups. */
export const IPV6_MULTICAST_ALL: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_MULTICAST_ALL");
/** The hop limit of multicast, 0 to 255; 1 stays on the local network; -1 sets the system's default. */
export const IPV6_MULTICAST_HOPS: SocketOption<number> = intOption("IPPROTO_IPV6", "IPV6_MULTICAST_HOPS");
/** The interface for outgoing multicast; 0 for the system's choice. */
export const IPV6_MULTICAST_IF: InterfaceOption = interfaceOption("IPPROTO_IPV6", "IPV6_MULTICAST_IF");
/** Whether this machine also receives the multicast that it sends. */
export const IPV6_MULTICAST_LOOP: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_MULTICAST_LOOP");
/** The known path MTU to the connected address, in bytes. */
export const IPV6_PATHMTU: ReadableOption<number> = readableOption(
  "IPPROTO_IPV6",
  "IPV6_PATHMTU",
  32,
  // struct ip6_mtuinfo { struct sockaddr_in6 ip6m_addr; uint32_t ip6m_mtu; }: the address is set only with packets
  (bytes) => new DataView(bytes.buffer, bytes.byteOffset).getUint32(28, HOST_LITTLE_ENDIAN),
);
/** The local address and the interface index to send with; `"::"` and 0 for the system's choice. */
export const IPV6_PKTINFO: WritableOption<{ source: string; interfaceIndex: number }> = writableOption(
  "IPPROTO_IPV6",
  "IPV6_PKTINFO",
  ({ source, interfaceIndex }) => {
    // struct in6_pktinfo { struct in6_addr ipi6_addr; unsigned int ipi6_ifindex; };
    const bytes = new Uint8Array(20);
    bytes.set(parseIpv6(source).bytes);
    bytes.set(encodeInt(interfaceIndex, "IPV6_PKTINFO"), 16);
    return bytes;
  },
);
/** Whether each datagram carries its destination options. */
export const IPV6_RECVDSTOPTS: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVDSTOPTS");
/** Whether network errors are kept with their details in the error queue. */
export const IPV6_RECVERR: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVERR");
/** Whether ICMP extensions (RFC 4884) are kept too. Since Linux 5.9. */
export const IPV6_RECVERR_RFC4884: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVERR_RFC4884");
/** Whether each datagram carries the size of its largest fragment. */
export const IPV6_RECVFRAGSIZE: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVFRAGSIZE");
/** Whether each datagram carries its hop limit. */
export const IPV6_RECVHOPLIMIT: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVHOPLIMIT");
/** Whether each datagram carries its hop-by-hop options. */
export const IPV6_RECVHOPOPTS: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVHOPOPTS");
/** Whether each datagram carries the address that it was sent to before a redirection. */
export const IPV6_RECVORIGDSTADDR: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVORIGDSTADDR");
/** Whether a change of the path's MTU is reported. */
export const IPV6_RECVPATHMTU: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVPATHMTU");
/** Whether each datagram carries the address that it was sent to, and its interface. */
export const IPV6_RECVPKTINFO: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVPKTINFO");
/** Whether each datagram carries its routing header. */
export const IPV6_RECVRTHDR: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVRTHDR");
/** Whether each datagram carries its traffic class. */
export const IPV6_RECVTCLASS: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_RECVTCLASS");
/**
 * The Router Alert value of the forwarded packets that a raw socket receives; -1 for none. Old kernels cannot read it.
 */
export const IPV6_ROUTER_ALERT: SocketOption<number> = intOption("IPPROTO_IPV6", "IPV6_ROUTER_ALERT");
/** The routing header of every packet; none for no header. Needs CAP_NET_RAW. */
export const IPV6_RTHDR: SocketOption<Uint8Array> = headerOption("IPV6_RTHDR");
/**
 * The destination options before the routing header, for the hosts on the path; none for no header. Needs CAP_NET_RAW.
 */
export const IPV6_RTHDRDSTOPTS: SocketOption<Uint8Array> = headerOption("IPV6_RTHDRDSTOPTS");
/** The traffic class of every packet: 6 bits of DSCP, 2 of ECN; -1 sets the system's default. */
export const IPV6_TCLASS: SocketOption<number> = intOption("IPPROTO_IPV6", "IPV6_TCLASS");
/**
 * Whether the socket may bind to and send from any address, for a transparent proxy. Needs CAP_NET_ADMIN or
 * CAP_NET_RAW.
 */
export const IPV6_TRANSPARENT: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_TRANSPARENT");
/** The hop limit of unicast, 0 to 255; -1 sets the system's default. */
export const IPV6_UNICAST_HOPS: SocketOption<number> = intOption("IPPROTO_IPV6", "IPV6_UNICAST_HOPS");
/** The interface for outgoing unicast; 0 for the system's choice. */
export const IPV6_UNICAST_IF: InterfaceOption = interfaceOption("IPPROTO_IPV6", "IPV6_UNICAST_IF", networkOrder);
/** Whether the socket is for IPv6 only. Set it before bind(2). */
export const IPV6_V6ONLY: SocketOption<boolean> = booleanOption("IPPROTO_IPV6", "IPV6_V6ONLY");

/** An extension header: at most 255 times 8 bytes after the first 8 (RFC 8200). */
function headerOption(
  name: "IPV6_DSTOPTS" | "IPV6_HOPOPTS" | "IPV6_RTHDR" | "IPV6_RTHDRDSTOPTS",
): SocketOption<Uint8Array> {
  return bytesOption("IPPROTO_IPV6", name, 2048);
}
