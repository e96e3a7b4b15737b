import { present } from "../_present.ts";
import { structView } from "../_struct_view.ts";
import type { Attributes } from "../attribute.ts";
import { type Named, Names } from "./_names.ts";
import type { BridgeInfo, BridgePortInfo, Link, VlanInfo } from "./link.ts";

export const IFLA_INFO = { KIND: 1, DATA: 2, PORT_KIND: 4, PORT_DATA: 5 } as const;
export const IFLA_VLAN = { ID: 1, FLAGS: 2, PROTOCOL: 5 } as const;
export const IFLA_BR = {
  FORWARD_DELAY: 1,
  HELLO_TIME: 2,
  MAX_AGE: 3,
  AGEING_TIME: 4,
  STP_STATE: 5,
  PRIORITY: 6,
  VLAN_FILTERING: 7,
  VLAN_PROTOCOL: 8,
  ROOT_ID: 10,
  BRIDGE_ID: 11,
  ROOT_PORT: 12,
  ROOT_PATH_COST: 13,
  MCAST_SNOOPING: 23,
  VLAN_DEFAULT_PVID: 39,
} as const;
const IFLA_BRPORT = {
  STATE: 1,
  PRIORITY: 2,
  COST: 3,
  MODE: 4,
  GUARD: 5,
  PROTECT: 6,
  LEARNING: 8,
  UNICAST_FLOOD: 9,
  ISOLATED: 33,
} as const;

/** EtherTypes of VLAN tags. */
export const VLAN_PROTOCOLS = new Names("protocol of a VLAN", { 0x8100: "802.1Q", 0x88a8: "802.1ad" });
const PORT_STATES = new Names("state of a port", {
  0: "disabled",
  1: "listening",
  2: "learning",
  3: "forwarding",
  4: "blocking",
});

/** The kernel counts hundredths of a second (`USER_HZ`). */
const CLOCK = 10;

/** The details of a link's kind, and of the kind that it is a port of. */
export function decodeLinkKind(info: Attributes | undefined): Partial<Link> {
  if (info === undefined) return {};
  const kind = info.text(IFLA_INFO.KIND);
  const portKind = info.text(IFLA_INFO.PORT_KIND);
  const [kindData, portData] = [info.nested(IFLA_INFO.DATA), info.nested(IFLA_INFO.PORT_DATA)];
  return present({
    kind,
    kindData,
    vlan: kind === "vlan" && kindData !== undefined ? vlanOf(kindData) : undefined,
    bridge: kind === "bridge" && kindData !== undefined ? bridgeOf(kindData) : undefined,
    portKind,
    portData,
    bridgePort: portKind === "bridge" && portData !== undefined ? bridgePortOf(portData) : undefined,
  });
}

function vlanOf(data: Attributes): VlanInfo {
  const flags = data.bytes(IFLA_VLAN.FLAGS); // struct ifla_vlan_flags { __u32 flags; __u32 mask; };
  return {
    id: data.u16(IFLA_VLAN.ID) ?? 0,
    protocol: etherType(data, IFLA_VLAN.PROTOCOL) ?? "802.1Q",
    flags: flags === undefined ? 0 : structView(flags, 4, "ifla_vlan_flags").getUint32(0, true),
  };
}

/** In network order. */
function etherType(data: Attributes, type: number): Named<"802.1Q" | "802.1ad"> | undefined {
  const value = data.u16(type);
  return value === undefined ? undefined : VLAN_PROTOCOLS.of((value & 0xff) << 8 | value >> 8);
}

function bridgeOf(data: Attributes): BridgeInfo {
  const isOn = (type: number): boolean => (data.u8(type) ?? 0) !== 0;
  const time = (type: number): number => (data.u32(type) ?? 0) * CLOCK;
  const snooping = data.u8(IFLA_BR.MCAST_SNOOPING);
  return {
    forwardDelay: time(IFLA_BR.FORWARD_DELAY),
    helloTime: time(IFLA_BR.HELLO_TIME),
    maxAge: time(IFLA_BR.MAX_AGE),
    ageingTime: time(IFLA_BR.AGEING_TIME),
    stp: (data.u32(IFLA_BR.STP_STATE) ?? 0) !== 0,
    priority: data.u16(IFLA_BR.PRIORITY) ?? 0,
    vlanFiltering: isOn(IFLA_BR.VLAN_FILTERING),
    bridgeId: bridgeIdOf(data.bytes(IFLA_BR.BRIDGE_ID)),
    rootId: bridgeIdOf(data.bytes(IFLA_BR.ROOT_ID)),
    rootPort: data.u16(IFLA_BR.ROOT_PORT) ?? 0,
    rootPathCost: data.u32(IFLA_BR.ROOT_PATH_COST) ?? 0,
    ...present({
      vlanProtocol: etherType(data, IFLA_BR.VLAN_PROTOCOL),
      defaultPvid: data.u16(IFLA_BR.VLAN_DEFAULT_PVID),
      multicastSnooping: snooping === undefined ? undefined : snooping !== 0,
    }),
  };
}

/** `struct ifla_bridge_id { __u8 prio[2]; __u8 addr[6]; };` */
function bridgeIdOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "";
  structView(bytes, 8, "ifla_bridge_id");
  const hex = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0"));
  return `${hex.slice(0, 2).join("")}.${hex.slice(2).join("")}`;
}

function bridgePortOf(data: Attributes): BridgePortInfo {
  const isOn = (type: number): boolean => (data.u8(type) ?? 0) !== 0;
  return {
    state: PORT_STATES.of(data.u8(IFLA_BRPORT.STATE) ?? 0),
    priority: data.u16(IFLA_BRPORT.PRIORITY) ?? 0,
    cost: data.u32(IFLA_BRPORT.COST) ?? 0,
    hairpin: isOn(IFLA_BRPORT.MODE),
    guard: isOn(IFLA_BRPORT.GUARD),
    rootBlock: isOn(IFLA_BRPORT.PROTECT),
    learning: isOn(IFLA_BRPORT.LEARNING),
    flood: isOn(IFLA_BRPORT.UNICAST_FLOOD),
    isolated: isOn(IFLA_BRPORT.ISOLATED),
  };
}
