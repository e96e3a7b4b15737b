import type { Attributes } from "../attribute.ts";
import type { Named } from "./_names.ts";

/** A flag of an interface: its C name without `IFF_`. */
export type LinkFlag =
  | "UP"
  | "BROADCAST"
  | "DEBUG"
  | "LOOPBACK"
  | "POINTOPOINT"
  | "NOTRAILERS"
  | "RUNNING"
  | "NOARP"
  | "PROMISC"
  | "ALLMULTI"
  | "MASTER"
  | "SLAVE"
  | "MULTICAST"
  | "PORTSEL"
  | "AUTOMEDIA"
  | "DYNAMIC"
  | "LOWER_UP"
  | "DORMANT"
  | "ECHO";

/** The state of an interface by RFC 2863 (`IF_OPER_*`). */
export type LinkOperState = Named<
  "UNKNOWN" | "NOTPRESENT" | "DOWN" | "LOWERLAYERDOWN" | "TESTING" | "DORMANT" | "UP"
>;

/** The traffic counters of an interface, since it was created. */
export interface LinkStatistics {
  /** Packets received. */
  rxPackets: number;
  /** Packets sent. */
  txPackets: number;
  /** Bytes received. */
  rxBytes: number;
  /** Bytes sent. */
  txBytes: number;
  /** Packets received with errors. */
  rxErrors: number;
  /** Packets that could not be sent because of errors. */
  txErrors: number;
  /** Received packets that were dropped. */
  rxDropped: number;
  /** Packets to send that were dropped. */
  txDropped: number;
  /** Multicast packets received. */
  multicast: number;
  /** Collisions. */
  collisions: number;
  /** Packets received with a wrong length. */
  rxLengthErrors: number;
  /** Received packets for which the receive ring had no room. */
  rxOverErrors: number;
  /** Packets received with a wrong checksum. */
  rxCrcErrors: number;
  /** Packets received with a framing error. */
  rxFrameErrors: number;
  /** Overruns of the receive FIFO. */
  rxFifoErrors: number;
  /** Packets that the host missed. */
  rxMissedErrors: number;
  /** Sends that were aborted. */
  txAbortedErrors: number;
  /** Sends that lost the carrier. */
  txCarrierErrors: number;
  /** Underruns of the transmit FIFO. */
  txFifoErrors: number;
  /** Sends without a heartbeat. */
  txHeartbeatErrors: number;
  /** Late collisions. */
  txWindowErrors: number;
  /** Compressed packets received. */
  rxCompressed: number;
  /** Compressed packets sent. */
  txCompressed: number;
  /** Received packets without a handler. `undefined` before Linux 4.6. */
  rxNoHandler: number | undefined;
}

/** The details of a VLAN interface. */
export interface VlanInfo {
  /** The VLAN id, 0 to 4094. */
  id: number;
  /** The tag's protocol: `802.1Q` or `802.1ad`; any other as the number of its EtherType. */
  protocol: Named<"802.1Q" | "802.1ad">;
  /** Bits of `VLAN_FLAG_*`. */
  flags: number;
}

/** The details of a bridge. Times are in milliseconds. */
export interface BridgeInfo {
  /** How long a port listens and learns before it forwards. */
  forwardDelay: number;
  /** Time between two hello packets. */
  helloTime: number;
  /** How long information from another bridge is valid. */
  maxAge: number;
  /** How long a learned address is kept. */
  ageingTime: number;
  /** Whether the spanning tree protocol is on. */
  stp: boolean;
  /** Its priority in the spanning tree. */
  priority: number;
  /** Whether it filters by VLAN. */
  vlanFiltering: boolean;
  /** The protocol of its VLANs; `undefined` if the kernel has no VLANs for bridges. */
  vlanProtocol?: Named<"802.1Q" | "802.1ad">;
  /** The VLAN of untagged packets. */
  defaultPvid?: number;
  /** Its id: priority and hardware address, such as `8000.021122334455`. */
  bridgeId: string;
  /** The id of the tree's root. */
  rootId: string;
  /** The port to the root; 0 is none. */
  rootPort: number;
  /** The cost of the path to the root. */
  rootPathCost: number;
  /** Whether it snoops on multicast memberships. */
  multicastSnooping?: boolean;
}

/** The details of a port of a bridge. */
export interface BridgePortInfo {
  /** Its state in the spanning tree. */
  state: Named<"disabled" | "listening" | "learning" | "forwarding" | "blocking">;
  /** Its priority. */
  priority: number;
  /** Its cost. */
  cost: number;
  /** Whether packets may leave through the port that they arrived on (hairpin mode). */
  hairpin: boolean;
  /** Whether the port drops spanning tree packets (BPDU guard). */
  guard: boolean;
  /** Whether the port cannot become the root port (root guard). */
  rootBlock: boolean;
  /** Whether it learns addresses. */
  learning: boolean;
  /** Whether packets to unknown addresses are sent (flooding). */
  flood: boolean;
  /** Whether it exchanges packets only with ports that are not isolated. */
  isolated: boolean;
}

/** A network interface. */
export interface Link {
  /** Its index, 1 or more. */
  index: number;
  /** Its name. */
  name: string;
  /** Other names (`ip link property`). */
  alternativeNames: string[];
  /** A description (`ip link set alias`). */
  alias?: string;
  /** The flags that are set. */
  flags: LinkFlag[];
  /** The kind of hardware (`ARPHRD_*`): 1 is Ethernet, 772 is loopback. */
  type: number;
  /** The MTU, in bytes. */
  mtu: number;
  /** Its state. */
  operState: LinkOperState;
  /** `"DORMANT"` if it waits for a program before it is up. */
  linkMode: Named<"DEFAULT" | "DORMANT">;
  /** The hardware address. */
  address?: string;
  /** The broadcast hardware address. */
  broadcast?: string;
  /** The permanent hardware address of the device. */
  permanentAddress?: string;
  /** Index of the lower interface, or of the other end of a veth. */
  parentIndex?: number;
  /** The id of the namespace that `parentIndex` is in, as seen from this namespace. */
  parentNamespace?: number;
  /** Index of the bridge, bond or VRF that it is a port of. */
  masterIndex?: number;
  /** The length of the transmit queue, in packets. */
  txQueueLength: number;
  /** The queueing discipline. */
  qdisc: string;
  /** Its group; 0 is `default`. */
  group: number;
  /** How many users have requested promiscuous mode. */
  promiscuity?: number;
  /** How many users have requested all multicast. */
  allMulticast?: number;
  /** The smallest possible MTU. */
  minMtu?: number;
  /** The largest possible MTU; 0 is no limit. */
  maxMtu?: number;
  /** Number of transmit queues. */
  txQueues?: number;
  /** Number of receive queues. */
  rxQueues?: number;
  /** The largest GSO packet, in bytes. */
  gsoMaxSize?: number;
  /** The most segments of a GSO packet. */
  gsoMaxSegments?: number;
  /** The largest TSO packet, in bytes. */
  tsoMaxSize?: number;
  /** The most segments of a TSO packet. */
  tsoMaxSegments?: number;
  /** The largest GRO packet, in bytes. */
  groMaxSize?: number;
  /** Whether there is a carrier. */
  carrier?: boolean;
  /** How often the carrier changed. */
  carrierChanges?: number;
  /** Whether a protocol keeps it down. */
  protoDown?: boolean;
  /** The name of the parent device, such as a PCI device. */
  parentDevice?: string;
  /** The bus of that device. */
  parentBus?: string;
  /** How IPv6 generates its addresses here. */
  ipv6AddressGeneration?: Named<"eui64" | "none" | "stable_secret" | "random">;
  /** The kind of virtual interface, such as `"veth"`; `undefined` for hardware and loopback. */
  kind?: string;
  /** The attributes of the kind, by the kind's numbers. */
  kindData?: Attributes;
  /** The details of a VLAN. */
  vlan?: VlanInfo;
  /** The details of a bridge. */
  bridge?: BridgeInfo;
  /** The kind of the interface that it is a port of, such as `"bridge"`. */
  portKind?: string;
  /** The attributes of the port, by that kind's numbers. */
  portData?: Attributes;
  /** The details of a port of a bridge. */
  bridgePort?: BridgePortInfo;
  /** Its traffic counters. */
  statistics?: LinkStatistics;
  /** All attributes by their numbers (`IFLA_*`), also those without a field here. */
  attributes: Attributes;
}
