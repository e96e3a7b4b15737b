import type { Attributes } from "../attribute.ts";
import type { RouteProtocol } from "./_names.ts";

/** The state of a neighbour: its C name without `NUD_`. */
export type NeighbourState =
  | "INCOMPLETE"
  | "REACHABLE"
  | "STALE"
  | "DELAY"
  | "PROBE"
  | "FAILED"
  | "NOARP"
  | "PERMANENT";

/** A flag of a neighbour: its C name without `NTF_`, as in `ip`. */
export type NeighbourFlag =
  | "use"
  | "self"
  | "master"
  | "proxy"
  | "extern_learn"
  | "offload"
  | "sticky"
  | "router"
  | "managed";

/** An entry of the ARP or NDP table: which hardware address an address on a link has. */
export interface Neighbour {
  /** `AF_INET` or `AF_INET6`. */
  family: number;
  /** Index of the interface; for a proxy, 0 is any. */
  interfaceIndex: number;
  /** The address. */
  address: string;
  /** Its hardware address. */
  hardwareAddress?: string;
  /** Its states; empty means `NONE`. */
  state: NeighbourState[];
  /** Its flags. */
  flags: NeighbourFlag[];
  /** How many probes were sent. */
  probes?: number;
  /** Seconds since it was used. */
  used?: number;
  /** Seconds since it was confirmed. */
  confirmed?: number;
  /** Seconds since it was changed. */
  updated?: number;
  /** References to it in the kernel. */
  references?: number;
  /** What set it. */
  protocol?: RouteProtocol;
  /** All attributes by their numbers (`NDA_*`), also those without a field here. */
  attributes: Attributes;
}

/** A neighbour to add, to change or to delete. */
export interface NewNeighbour {
  /** The interface: its index or its name. */
  link: number | string;
  /** The address. */
  address: string;
  /** The hardware address; not needed to delete it, or for a proxy. */
  hardwareAddress?: string;
  /** The states. Default: `["PERMANENT"]`. */
  state?: NeighbourState[];
  /** The flags, such as `"proxy"`: this machine answers for the address. */
  flags?: NeighbourFlag[];
  /** What sets it. */
  protocol?: RouteProtocol;
}
