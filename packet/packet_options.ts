import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { quoted } from "../checks/quoted.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import {
  booleanOption,
  decodeUnsigned,
  defineOption,
  encodeInt,
  type ReadableOption,
  readableOption,
  type SocketOption,
  type WritableOption,
  writableOption,
} from "../socket/option.ts";
import { parseHardwareAddress } from "./_hardware_address.ts";

/** Which packets an interface receives in addition to its own, for {@linkcode PACKET_ADD_MEMBERSHIP}. */
export interface PacketMembership {
  /** The index of the interface. */
  interfaceIndex: number;
  /**
   * `PACKET_MR_PROMISC` for all, `PACKET_MR_ALLMULTI` for all multicast, `PACKET_MR_MULTICAST` or `PACKET_MR_UNICAST`
   * for one address.
   */
  type: number;
  /** The one address, such as `"01:00:5e:00:00:fb"`. */
  hardwareAddress?: string;
}

/** A group of packet sockets among which the kernel shares out what comes, for {@linkcode PACKET_FANOUT}. */
export interface PacketFanout {
  /** The number of the group, 0 to 65535; all of its sockets have the same protocol and interface. */
  group: number;
  /**
   * Who gets a packet: by the flow that it belongs to (`"hash"`), one after the other (`"lb"`), by the processor that it
   * came through (`"cpu"`), the first one that has room (`"rollover"`), at random (`"rnd"`), or by the queue of the device
   * (`"qm"`).
   *
   * @default {"hash"}
   */
  mode?: "hash" | "lb" | "cpu" | "rollover" | "rnd" | "qm";
  /**
   * Puts fragments of IP together first, so that they count as of one flow.
   *
   * @default {false}
   */
  defrag?: boolean;
  /**
   * Where the chosen one has no room, another gets it.
   *
   * @default {false}
   */
  rollover?: boolean;
}

const FANOUT_FIELDS: OptionNames<PacketFanout> = { group: true, mode: true, defrag: "boolean", rollover: "boolean" };
const MEMBERSHIP_FIELDS: OptionNames<PacketMembership> = { interfaceIndex: true, type: true, hardwareAddress: true };

/** `PACKET_FANOUT_HASH` and the others, by their numbers. */
const FANOUT_MODES: NonNullable<PacketFanout["mode"]>[] = ["hash", "lb", "cpu", "rollover", "rnd", "qm"];

// The options of packet sockets, sorted by C name. See packet(7).

/** Makes an interface receive more than its own packets, as long as the socket is open. */
export const PACKET_ADD_MEMBERSHIP: WritableOption<PacketMembership> = membershipOption("PACKET_ADD_MEMBERSHIP");
/** Whether `receiveMessage()` returns more about each packet; its VLAN tag only if the protocol is `ETH_P_ALL`. */
export const PACKET_AUXDATA: SocketOption<boolean> = booleanOption("SOL_PACKET", "PACKET_AUXDATA");
/** Ends what {@linkcode PACKET_ADD_MEMBERSHIP} started. */
export const PACKET_DROP_MEMBERSHIP: WritableOption<PacketMembership> = membershipOption("PACKET_DROP_MEMBERSHIP");
/** Joins a group of sockets that share what comes. It lasts as long as the socket, which must be bound. */
export const PACKET_FANOUT: SocketOption<PacketFanout> = defineOption(
  "SOL_PACKET",
  "PACKET_FANOUT",
  4,
  (fanout) => {
    const { group, mode = "hash", defrag = false, rollover = false } = checkOptions(
      "set PACKET_FANOUT",
      fanout,
      FANOUT_FIELDS,
    );
    const number = FANOUT_MODES.indexOf(mode);
    if (number < 0) {
      throw new TypeError(
        `Cannot set PACKET_FANOUT as the mode is one of ${FANOUT_MODES.join(", ")}: current value is ${quoted(mode)}`,
      );
    }
    within("set PACKET_FANOUT", "group", group, 0xffff);
    const flags = (defrag ? C.PACKET_FANOUT_FLAG_DEFRAG : 0) | (rollover ? C.PACKET_FANOUT_FLAG_ROLLOVER : 0);
    return encodeInt((group | (number | flags) << 16) >>> 0, "PACKET_FANOUT");
  },
  (bytes) => {
    const value = decodeUnsigned(bytes);
    const flags = value >>> 16;
    return {
      group: value & 0xffff,
      mode: FANOUT_MODES[flags & 0xff] ?? "hash",
      defrag: (flags & C.PACKET_FANOUT_FLAG_DEFRAG) !== 0,
      rollover: (flags & C.PACKET_FANOUT_FLAG_ROLLOVER) !== 0,
    };
  },
);
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
  return writableOption("SOL_PACKET", name, (membership) => {
    const { interfaceIndex, type, hardwareAddress = "" } = checkOptions(`set ${name}`, membership, MEMBERSHIP_FIELDS);
    const bytes = new Uint8Array(16);
    const address = parseHardwareAddress(hardwareAddress);
    const view = new DataView(bytes.buffer);
    view.setInt32(0, within(`set ${name}`, "interface index", interfaceIndex, 0x7fffffff), HOST_LITTLE_ENDIAN);
    view.setUint16(4, within(`set ${name}`, "type", type, 0xffff), HOST_LITTLE_ENDIAN);
    view.setUint16(6, address.length, HOST_LITTLE_ENDIAN);
    bytes.set(address, 8);
    return bytes;
  });
}
