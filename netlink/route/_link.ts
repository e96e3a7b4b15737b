import { C } from "../../ffi/constants.ts";
import { present } from "../_present.ts";
import { structView } from "../_struct_view.ts";
import { Attributes } from "../attribute.ts";
import { hardwareText } from "./_ip.ts";
import { decodeLinkKind } from "./_link_kind.ts";
import { Names } from "./_names.ts";
import type { Link, LinkFlag, LinkStatistics } from "./link.ts";

/** Size of `struct ifinfomsg`. */
export const IFINFOMSG_SIZE = 16;

export const IFLA = {
  ADDRESS: 1,
  BROADCAST: 2,
  IFNAME: 3,
  MTU: 4,
  LINK: 5,
  QDISC: 6,
  MASTER: 10,
  TXQLEN: 13,
  OPERSTATE: 16,
  LINKMODE: 17,
  LINKINFO: 18,
  NET_NS_PID: 19,
  IFALIAS: 20,
  STATS64: 23,
  AF_SPEC: 26,
  GROUP: 27,
  NET_NS_FD: 28,
  PROMISCUITY: 30,
  NUM_TX_QUEUES: 31,
  NUM_RX_QUEUES: 32,
  CARRIER: 33,
  CARRIER_CHANGES: 35,
  LINK_NETNSID: 37,
  PROTO_DOWN: 39,
  GSO_MAX_SEGS: 40,
  GSO_MAX_SIZE: 41,
  MIN_MTU: 50,
  MAX_MTU: 51,
  PROP_LIST: 52,
  ALT_IFNAME: 53,
  PERM_ADDRESS: 54,
  PARENT_DEV_NAME: 56,
  PARENT_DEV_BUS_NAME: 57,
  GRO_MAX_SIZE: 58,
  TSO_MAX_SIZE: 59,
  TSO_MAX_SEGS: 60,
  ALLMULTI: 61,
} as const;
const IFLA_INET6_ADDR_GEN_MODE = 8;

/** `IFF_*`. */
export const LINK_FLAGS = new Names<LinkFlag>("flag of a link", {
  0x1: "UP",
  0x2: "BROADCAST",
  0x4: "DEBUG",
  0x8: "LOOPBACK",
  0x10: "POINTOPOINT",
  0x20: "NOTRAILERS",
  0x40: "RUNNING",
  0x80: "NOARP",
  0x100: "PROMISC",
  0x200: "ALLMULTI",
  0x400: "MASTER",
  0x800: "SLAVE",
  0x1000: "MULTICAST",
  0x2000: "PORTSEL",
  0x4000: "AUTOMEDIA",
  0x8000: "DYNAMIC",
  0x10000: "LOWER_UP",
  0x20000: "DORMANT",
  0x40000: "ECHO",
});
const OPER_STATES = new Names("state of a link", {
  0: "UNKNOWN",
  1: "NOTPRESENT",
  2: "DOWN",
  3: "LOWERLAYERDOWN",
  4: "TESTING",
  5: "DORMANT",
  6: "UP",
});
const LINK_MODES = new Names("mode of a link", { 0: "DEFAULT", 1: "DORMANT" });
const ADDRESS_GENERATIONS = new Names("generation of addresses", {
  0: "eui64",
  1: "none",
  2: "stable_secret",
  3: "random",
});

/**
 * Decodes a message of type `RTM_NEWLINK` or `RTM_DELLINK`.
 *
 * ```c
 * struct ifinfomsg {
 *   unsigned char  ifi_family;
 *   unsigned char  __ifi_pad;
 *   unsigned short ifi_type;
 *   int            ifi_index;
 *   unsigned       ifi_flags;
 *   unsigned       ifi_change;
 * };
 * ```
 */
export function decodeLink(payload: Uint8Array): Link {
  const view = structView(payload, IFINFOMSG_SIZE, "ifinfomsg");
  const attributes = new Attributes(payload.subarray(IFINFOMSG_SIZE));
  const type = view.getUint16(2, true);
  const hardware = (number: number): string | undefined => {
    const bytes = attributes.bytes(number);
    return bytes === undefined ? undefined : hardwareText(type, bytes);
  };
  const isOn = (number: number): boolean | undefined => {
    const value = attributes.u8(number);
    return value === undefined ? undefined : value !== 0;
  };
  const generation = attributes.nested(IFLA.AF_SPEC)?.nested(C.AF_INET6)?.u8(IFLA_INET6_ADDR_GEN_MODE);
  return {
    index: view.getInt32(4, true),
    name: attributes.text(IFLA.IFNAME) ?? "",
    alternativeNames: attributes.nested(IFLA.PROP_LIST)?.texts(IFLA.ALT_IFNAME) ?? [],
    flags: LINK_FLAGS.ofBits(view.getUint32(8, true)),
    type,
    mtu: attributes.u32(IFLA.MTU) ?? 0,
    operState: OPER_STATES.of(attributes.u8(IFLA.OPERSTATE) ?? 0),
    linkMode: LINK_MODES.of(attributes.u8(IFLA.LINKMODE) ?? 0),
    txQueueLength: attributes.u32(IFLA.TXQLEN) ?? 0,
    qdisc: attributes.text(IFLA.QDISC) ?? "",
    group: attributes.u32(IFLA.GROUP) ?? 0,
    ...decodeLinkKind(attributes.nested(IFLA.LINKINFO)),
    ...present({
      alias: attributes.text(IFLA.IFALIAS),
      address: hardware(IFLA.ADDRESS),
      broadcast: hardware(IFLA.BROADCAST),
      permanentAddress: hardware(IFLA.PERM_ADDRESS),
      parentIndex: attributes.u32(IFLA.LINK),
      parentNamespace: attributes.u32(IFLA.LINK_NETNSID),
      masterIndex: attributes.u32(IFLA.MASTER),
      promiscuity: attributes.u32(IFLA.PROMISCUITY),
      allMulticast: attributes.u32(IFLA.ALLMULTI),
      minMtu: attributes.u32(IFLA.MIN_MTU),
      maxMtu: attributes.u32(IFLA.MAX_MTU),
      txQueues: attributes.u32(IFLA.NUM_TX_QUEUES),
      rxQueues: attributes.u32(IFLA.NUM_RX_QUEUES),
      gsoMaxSize: attributes.u32(IFLA.GSO_MAX_SIZE),
      gsoMaxSegments: attributes.u32(IFLA.GSO_MAX_SEGS),
      tsoMaxSize: attributes.u32(IFLA.TSO_MAX_SIZE),
      tsoMaxSegments: attributes.u32(IFLA.TSO_MAX_SEGS),
      groMaxSize: attributes.u32(IFLA.GRO_MAX_SIZE),
      carrier: isOn(IFLA.CARRIER),
      carrierChanges: attributes.u32(IFLA.CARRIER_CHANGES),
      protoDown: isOn(IFLA.PROTO_DOWN),
      parentDevice: attributes.text(IFLA.PARENT_DEV_NAME),
      parentBus: attributes.text(IFLA.PARENT_DEV_BUS_NAME),
      ipv6AddressGeneration: generation === undefined ? undefined : ADDRESS_GENERATIONS.of(generation),
      statistics: statisticsOf(attributes.bytes(IFLA.STATS64)),
    }),
    attributes,
  };
}

/** `struct rtnl_link_stats64`: 24 numbers of 8 bytes, the last since Linux 4.6. */
function statisticsOf(bytes: Uint8Array | undefined): LinkStatistics | undefined {
  if (bytes === undefined) return undefined;
  const view = structView(bytes, 23 * 8, "rtnl_link_stats64");
  const at = (index: number): number => Number(view.getBigUint64(index * 8, true));
  return {
    rxPackets: at(0),
    txPackets: at(1),
    rxBytes: at(2),
    txBytes: at(3),
    rxErrors: at(4),
    txErrors: at(5),
    rxDropped: at(6),
    txDropped: at(7),
    multicast: at(8),
    collisions: at(9),
    rxLengthErrors: at(10),
    rxOverErrors: at(11),
    rxCrcErrors: at(12),
    rxFrameErrors: at(13),
    rxFifoErrors: at(14),
    rxMissedErrors: at(15),
    txAbortedErrors: at(16),
    txCarrierErrors: at(17),
    txFifoErrors: at(18),
    txHeartbeatErrors: at(19),
    txWindowErrors: at(20),
    rxCompressed: at(21),
    txCompressed: at(22),
    rxNoHandler: bytes.length >= 24 * 8 ? at(23) : undefined,
  };
}
