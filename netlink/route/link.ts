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

/** What an interface carried since it is there. */
export interface LinkStatistics {
  /** Packets that came. */
  rxPackets: number;
  /** Packets that went. */
  txPackets: number;
  /** Bytes that came. */
  rxBytes: number;
  /** Bytes that went. */
  txBytes: number;
  /** Packets that came broken. */
  rxErrors: number;
  /** Packets that could not go. */
  txErrors: number;
  /** Packets that came and were dropped. */
  rxDropped: number;
  /** Packets that were dropped on their way out. */
  txDropped: number;
  /** Multicast packets that came. */
  multicast: number;
  /** Collisions. */
  collisions: number;
  /** Packets that came with a wrong length. */
  rxLengthErrors: number;
  /** Packets that came and had no room in the receive ring. */
  rxOverErrors: number;
  /** Packets that came with a wrong checksum. */
  rxCrcErrors: number;
  /** Packets that came with a wrong framing. */
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
  /** Compressed packets that came. */
  rxCompressed: number;
  /** Compressed packets that went. */
  txCompressed: number;
  /** Packets that came and nobody wanted. `undefined` before Linux 4.6. */
  rxNoHandler: number | undefined;
}

/** What is particular to a VLAN interface. */
export interface VlanInfo {
  /** The tag, 0 to 4094. */
  id: number;
  /** The tag's protocol: `802.1Q` or `802.1ad`; another as the number of its EtherType. */
  protocol: Named<"802.1Q" | "802.1ad">;
  /** Bits of `VLAN_FLAG_*`. */
  flags: number;
}

/** What is particular to a bridge. Times are in milliseconds. */
export interface BridgeInfo {
  /** How long a port listens and learns before it forwards. */
  forwardDelay: number;
  /** Time between two hellos. */
  helloTime: number;
  /** How long another bridge's word holds. */
  maxAge: number;
  /** How long an address is remembered. */
  ageingTime: number;
  /** Whether it speaks the spanning tree protocol. */
  stp: boolean;
  /** Its priority in the spanning tree. */
  priority: number;
  /** Whether it filters by VLAN. */
  vlanFiltering: boolean;
  /** The protocol of its VLANs; `undefined` where the kernel has no VLANs for bridges. */
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
  /** Whether it watches multicast memberships. */
  multicastSnooping?: boolean;
}

/** What is particular to a port of a bridge. */
export interface BridgePortInfo {
  /** Its state in the spanning tree. */
  state: Named<"disabled" | "listening" | "learning" | "forwarding" | "blocking">;
  /** Its priority. */
  priority: number;
  /** Its cost. */
  cost: number;
  /** Whether packets may go out by the port they came in by. */
  hairpin: boolean;
  /** Whether the port drops the spanning tree's packets. */
  guard: boolean;
  /** Whether the port cannot become the root's. */
  rootBlock: boolean;
  /** Whether it learns addresses. */
  learning: boolean;
  /** Whether packets to unknown addresses go out. */
  flood: boolean;
  /** Whether it talks only to ports that are not isolated. */
  isolated: boolean;
}

/** A network interface. */
export interface Link {
  /** Its number, 1 or more. */
  index: number;
  /** Its name. */
  name: string;
  /** Other names (`ip link property`). */
  alternativeNames: string[];
  /** A description (`ip link set alias`). */
  alias?: string;
  /** What is on. */
  flags: LinkFlag[];
  /** The kind of hardware (`ARPHRD_*`): 1 is Ethernet, 772 is loopback. */
  type: number;
  /** Bytes in a packet at most. */
  mtu: number;
  /** Its state. */
  operState: LinkOperState;
  /** `"DORMANT"` where it waits for a program before it is up. */
  linkMode: Named<"DEFAULT" | "DORMANT">;
  /** The hardware address. */
  address?: string;
  /** The hardware address of all. */
  broadcast?: string;
  /** The hardware address that the device was made with. */
  permanentAddress?: string;
  /** Index of the interface below, or of the other end of a veth. */
  parentIndex?: number;
  /** The namespace that `parentIndex` is in, by the number that this namespace gave it. */
  parentNamespace?: number;
  /** Index of the bridge, bond or VRF that it is a port of. */
  masterIndex?: number;
  /** Packets that may wait to be sent. */
  txQueueLength: number;
  /** The queueing discipline. */
  qdisc: string;
  /** Its group; 0 is `default`. */
  group: number;
  /** How often promiscuous mode was asked for. */
  promiscuity?: number;
  /** How often all multicast was asked for. */
  allMulticast?: number;
  /** The least MTU that it takes. */
  minMtu?: number;
  /** The greatest MTU that it takes; 0 is any. */
  maxMtu?: number;
  /** Queues for sending. */
  txQueues?: number;
  /** Queues for receiving. */
  rxQueues?: number;
  /** Bytes in what is cut into packets late, at most. */
  gsoMaxSize?: number;
  /** Packets that this may make at most. */
  gsoMaxSegments?: number;
  /** Bytes in what the device cuts into packets, at most. */
  tsoMaxSize?: number;
  /** Packets that this may make at most. */
  tsoMaxSegments?: number;
  /** Bytes in what is put together of packets, at most. */
  groMaxSize?: number;
  /** Whether there is a carrier. */
  carrier?: boolean;
  /** How often the carrier came or went. */
  carrierChanges?: number;
  /** Whether something keeps it down. */
  protoDown?: boolean;
  /** The name of the device below that is no interface, such as one of PCI. */
  parentDevice?: string;
  /** The bus of that device. */
  parentBus?: string;
  /** How IPv6 makes its own addresses here. */
  ipv6AddressGeneration?: Named<"eui64" | "none" | "stable_secret" | "random">;
  /** What kind of virtual interface it is, such as `"veth"`; `undefined` for hardware and loopback. */
  kind?: string;
  /** What is particular to the kind, by the numbers of the kind. */
  kindData?: Attributes;
  /** What is particular to a VLAN. */
  vlan?: VlanInfo;
  /** What is particular to a bridge. */
  bridge?: BridgeInfo;
  /** The kind of the interface that it is a port of, such as `"bridge"`. */
  portKind?: string;
  /** What is particular to the port, by the numbers of that kind. */
  portData?: Attributes;
  /** What is particular to a port of a bridge. */
  bridgePort?: BridgePortInfo;
  /** What it carried. */
  statistics?: LinkStatistics;
  /** All attributes by their numbers (`IFLA_*`), those without a name here too. */
  attributes: Attributes;
}
