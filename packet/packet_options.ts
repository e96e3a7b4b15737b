import { within } from "../checks/within.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import {
  booleanOption,
  type ReadableOption,
  readableOption,
  type SocketOption,
  type WritableOption,
  writableOption,
} from "../socket/option.ts";

/** Which packets an interface receives in addition to its own, for {@linkcode PACKET_ADD_MEMBERSHIP}. */
export interface PacketMembership {
  /** The index of the interface. */
  interfaceIndex: number;
  /** `PACKET_MR_PROMISC` for all packets, or `PACKET_MR_ALLMULTI` for all multicast. */
  type: number;
}

// The options of packet sockets, sorted by C name. See packet(7).

/** Makes an interface receive more than its own packets, as long as the socket is open. */
export const PACKET_ADD_MEMBERSHIP: WritableOption<PacketMembership> = membershipOption("PACKET_ADD_MEMBERSHIP");
/** Whether `receiveMessage()` returns more about each packet; its VLAN tag only if the protocol is `ETH_P_ALL`. */
export const PACKET_AUXDATA: SocketOption<boolean> = booleanOption("SOL_PACKET", "PACKET_AUXDATA");
/** Ends what {@linkcode PACKET_ADD_MEMBERSHIP} started. */
export const PACKET_DROP_MEMBERSHIP: WritableOption<PacketMembership> = membershipOption("PACKET_DROP_MEMBERSHIP");
/** Whether to ignore packets that this machine sends. Since Linux 4.20. */
export const PACKET_IGNORE_OUTGOING: SocketOption<boolean> = booleanOption("SOL_PACKET", "PACKET_IGNORE_OUTGOING");
/** Whether the address of a packet has the original interface, below bridges and bonds. */
export const PACKET_ORIGDEV: SocketOption<boolean> = booleanOption("SOL_PACKET", "PACKET_ORIGDEV");
/** Whether sent packets go directly to the device, bypassing its queueing discipline. */
export const PACKET_QDISC_BYPASS: SocketOption<boolean> = booleanOption("SOL_PACKET", "PACKET_QDISC_BYPASS");
/** How many packets arrived and how many of them were dropped since the last read. */
export const PACKET_STATISTICS: ReadableOption<{ packets: number; drops: number }> = readableOption(
  "SOL_PACKET",
  "PACKET_STATISTICS",
  8,
  (bytes) => {
    // struct tpacket_stats { unsigned int tp_packets; unsigned int tp_drops; };
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    return { packets: view.getUint32(0, HOST_LITTLE_ENDIAN), drops: view.getUint32(4, HOST_LITTLE_ENDIAN) };
  },
);

/**
 * ```c
 * struct packet_mreq {
 *   int            mr_ifindex;     // 0
 *   unsigned short mr_type;        // 4
 *   unsigned short mr_alen;        // 6
 *   unsigned char  mr_address[8];  // 8
 * };
 * ```
 */
function membershipOption(
  name: "PACKET_ADD_MEMBERSHIP" | "PACKET_DROP_MEMBERSHIP",
): WritableOption<PacketMembership> {
  return writableOption("SOL_PACKET", name, ({ interfaceIndex, type }) => {
    const bytes = new Uint8Array(16);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, within(`set ${name}`, "interface index", interfaceIndex, 0x7fffffff), HOST_LITTLE_ENDIAN);
    view.setUint16(4, within(`set ${name}`, "type", type, 0xffff), HOST_LITTLE_ENDIAN);
    return bytes;
  });
}
