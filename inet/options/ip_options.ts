import { listOf } from "../../checks/list_of.ts";
import { within } from "../../checks/within.ts";
import type { Descriptor } from "../../socket/descriptor.ts";
import {
  booleanOption,
  bytesOption,
  decodeUnsigned,
  defineOption,
  encodeInt,
  intOption,
  type ReadableOption,
  readableOption,
  type SocketOption,
  type WritableOption,
} from "../../socket/option.ts";
import type { NetAddr } from "../addresses/addr.ts";
import { formatIpv4 } from "../addresses/format_ipv4.ts";
import { parseIpv4 } from "../addresses/parse_ipv4.ts";
import { decodeInetSockaddr } from "../addresses/sockaddr.ts";
import { interfaceNumber } from "../names/_interface_number.ts";
import { type InterfaceOption, interfaceOption, networkOrder } from "./interface_option.ts";

// The options of IPv4, sorted by C name; to join multicast groups, use the methods of UdpSocket. See ip(7).

/** Whether bind(2) with port 0 lets connect(2) choose the port, so that more connections are possible. */
export const IP_BIND_ADDRESS_NO_PORT: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_BIND_ADDRESS_NO_PORT");
/** Whether each UDP datagram carries its checksum. */
export const IP_CHECKSUM: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_CHECKSUM");
/** Whether the socket may bind an address that this machine does not have (yet). */
export const IP_FREEBIND: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_FREEBIND");
/** Whether packets sent on a raw socket begin with their IPv4 header. */
export const IP_HDRINCL: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_HDRINCL");
/** The first and the last port to choose from; 0 is the system's limit. Since Linux 6.3. */
export const IP_LOCAL_PORT_RANGE: SocketOption<[low: number, high: number]> = defineOption(
  "IPPROTO_IP",
  "IP_LOCAL_PORT_RANGE",
  4,
  encodePortRange,
  (bytes) => [decodeUnsigned(bytes) & 0xffff, decodeUnsigned(bytes) >>> 16],
);
/** The lowest TTL of packets to receive; 0 for any. */
export const IP_MINTTL: SocketOption<number> = intOption("IPPROTO_IP", "IP_MINTTL");
/** The known path MTU to the connected address, in bytes. */
export const IP_MTU: ReadableOption<number> = intOption("IPPROTO_IP", "IP_MTU");
/** `IP_PMTUDISC_*`: whether packets that are too large are fragmented or refused (`EMSGSIZE`). */
export const IP_MTU_DISCOVER: SocketOption<number> = intOption("IPPROTO_IP", "IP_MTU_DISCOVER");
/** Whether the socket receives from all groups that this machine has joined, not only from its own groups. */
export const IP_MULTICAST_ALL: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_MULTICAST_ALL");
/**
 * The interface for outgoing multicast: its name, its index, or one of its local addresses; 0 or `"0.0.0.0"` for the
 * system's choice. A name is looked up in the network namespace of the socket. Reading returns a local address if it
 * was set by one.
 */
export const IP_MULTICAST_IF: ReadableOption<string> & WritableOption<string | number> = {
  ...readableOption("IPPROTO_IP", "IP_MULTICAST_IF", 4, (bytes) => formatIpv4(bytes)),
  encode: encodeMulticastInterface,
};
/** Whether this machine also receives the multicast that it sends. */
export const IP_MULTICAST_LOOP: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_MULTICAST_LOOP");
/** The TTL of multicast, 0 to 255; 1 stays on the local network. */
export const IP_MULTICAST_TTL: SocketOption<number> = intOption("IPPROTO_IP", "IP_MULTICAST_TTL");
/** Whether a raw socket receives single fragments instead of whole packets. */
export const IP_NODEFRAG: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_NODEFRAG");
/** The IPv4 options of every packet, as they stand in the header. */
export const IP_OPTIONS: SocketOption<Uint8Array> = bytesOption("IPPROTO_IP", "IP_OPTIONS", 40);
/** Whether each datagram carries its sender's security label. */
export const IP_PASSSEC: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_PASSSEC");
/** Whether each datagram carries the address that it was sent to, and its interface. */
export const IP_PKTINFO: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_PKTINFO");
/** Whether network errors are kept with their details in the error queue. */
export const IP_RECVERR: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_RECVERR");
/** Whether ICMP extensions (RFC 4884) are kept too. Since Linux 5.9. */
export const IP_RECVERR_RFC4884: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_RECVERR_RFC4884");
/** Whether each datagram carries the size of its largest fragment. */
export const IP_RECVFRAGSIZE: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_RECVFRAGSIZE");
/** Whether each datagram carries its IPv4 options. */
export const IP_RECVOPTS: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_RECVOPTS");
/** Whether each datagram carries the address that it was sent to before a redirection. */
export const IP_RECVORIGDSTADDR: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_RECVORIGDSTADDR");
/** Whether each datagram carries its type of service. */
export const IP_RECVTOS: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_RECVTOS");
/** Whether each datagram carries its TTL. */
export const IP_RECVTTL: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_RECVTTL");
/** Whether each datagram carries its IPv4 options, unprocessed. */
export const IP_RETOPTS: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_RETOPTS");
/** Whether a raw socket receives the forwarded packets that have the Router Alert option. It cannot be read. */
export const IP_ROUTER_ALERT: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_ROUTER_ALERT");
/** The type of service of every packet: 6 bits of DSCP, 2 of ECN. */
export const IP_TOS: SocketOption<number> = intOption("IPPROTO_IP", "IP_TOS");
/**
 * Whether the socket may bind to and send from any address, for a transparent proxy. Needs CAP_NET_ADMIN or
 * CAP_NET_RAW.
 */
export const IP_TRANSPARENT: SocketOption<boolean> = booleanOption("IPPROTO_IP", "IP_TRANSPARENT");
/** The TTL of unicast, 1 to 255; -1 sets the system's default. */
export const IP_TTL: SocketOption<number> = intOption("IPPROTO_IP", "IP_TTL");
/** The interface for outgoing unicast; 0 for the system's choice. */
export const IP_UNICAST_IF: InterfaceOption = interfaceOption("IPPROTO_IP", "IP_UNICAST_IF", networkOrder);
/** The address that a redirected connection was meant for. Needs netfilter's connection tracking. */
export const SO_ORIGINAL_DST: ReadableOption<NetAddr> = readableOption(
  "IPPROTO_IP",
  "SO_ORIGINAL_DST",
  16,
  (bytes) => decodeInetSockaddr(bytes),
);

/** `struct ip_mreqn { struct in_addr imr_multiaddr; struct in_addr imr_address; int imr_ifindex; }`, or the address. */
function encodeMulticastInterface(value: string | number, socket?: Descriptor): Uint8Array {
  if (typeof value === "string" && /^\d+\.\d+\.\d+\.\d+$/.test(value)) return parseIpv4(value);
  const bytes = new Uint8Array(12);
  bytes.set(encodeInt(interfaceNumber(value, socket), "IP_MULTICAST_IF"), 8);
  return bytes;
}

function encodePortRange(range: [low: number, high: number]): Uint8Array {
  const [low, high] = listOf("set IP_LOCAL_PORT_RANGE", "the range", range)
    .map((port) => within("set IP_LOCAL_PORT_RANGE", "port", port, 0xffff));
  if (low === undefined || high === undefined || range.length > 2) {
    throw new RangeError(`Cannot set IP_LOCAL_PORT_RANGE as the range must be two ports: current value is ${range}`);
  }
  return encodeInt((high << 16 | low) >>> 0, "IP_LOCAL_PORT_RANGE");
}
