import { booleanOption, intOption, type SocketOption } from "../../socket/option.ts";

// The options of UDP and of UDP-Lite, sorted by C name. See udp(7) and udplite(7).

/** Bytes from the start of a UDP-Lite datagram that its checksum must cover for the socket to accept it. */
export const UDPLITE_RECV_CSCOV: SocketOption<number> = intOption("SOL_UDPLITE", "UDPLITE_RECV_CSCOV");
/** Bytes from the start of a UDP-Lite datagram that its checksum covers; 0 for all. */
export const UDPLITE_SEND_CSCOV: SocketOption<number> = intOption("SOL_UDPLITE", "UDPLITE_SEND_CSCOV");
/** Whether sends are collected in one datagram until this is turned off. */
export const UDP_CORK: SocketOption<boolean> = booleanOption("IPPROTO_UDP", "UDP_CORK");
/** `UDP_ENCAP_*`: the protocol that the kernel decapsulates from the datagrams; 0 for none. */
export const UDP_ENCAP: SocketOption<number> = intOption("IPPROTO_UDP", "UDP_ENCAP");
/** Whether consecutive datagrams of equal size may be received as one (GRO), which carries that size. */
export const UDP_GRO: SocketOption<boolean> = booleanOption("IPPROTO_UDP", "UDP_GRO");
/** Whether datagrams without a checksum are received over IPv6. */
export const UDP_NO_CHECK6_RX: SocketOption<boolean> = booleanOption("IPPROTO_UDP", "UDP_NO_CHECK6_RX");
/** Whether datagrams are sent without a checksum over IPv6. */
export const UDP_NO_CHECK6_TX: SocketOption<boolean> = booleanOption("IPPROTO_UDP", "UDP_NO_CHECK6_TX");
/** The size of the datagrams that each send is split into (GSO), in bytes; 0 for off. */
export const UDP_SEGMENT: SocketOption<number> = intOption("IPPROTO_UDP", "UDP_SEGMENT");
