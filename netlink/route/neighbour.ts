import type { Attributes } from "../attribute.ts";
import type { RouteProtocol } from "./_names.ts";

/** What is known of a neighbour: its C name without `NUD_`. */
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

/** Who has an address on a link: an entry of ARP's or NDP's table. */
export interface Neighbour {
  /** `AF_INET` or `AF_INET6`. */
  family: number;
  /** Index of the interface; 0 is any, of a proxy. */
  interfaceIndex: number;
  /** The address. */
  address: string;
  /** The hardware address that it has. */
  hardwareAddress?: string;
  /** What is known; empty is `NONE`. */
  state: NeighbourState[];
  /** What is particular about it. */
  flags: NeighbourFlag[];
  /** How often it was asked for. */
  probes?: number;
  /** Seconds since it was used. */
  used?: number;
  /** Seconds since it was confirmed. */
  confirmed?: number;
  /** Seconds since it was changed. */
  updated?: number;
  /** Programs of the kernel that hold it. */
  references?: number;
  /** Who set it. */
  protocol?: RouteProtocol;
  /** All attributes by their numbers (`NDA_*`), those without a name here too. */
  attributes: Attributes;
}

/** A neighbour to add, to change or to delete. */
export interface NewNeighbour {
  /** The interface: its index or its name. */
  link: number | string;
  /** The address. */
  address: string;
  /** The hardware address; not needed to delete, nor for a proxy. */
  hardwareAddress?: string;
  /** What is known. Default: `["PERMANENT"]`. */
  state?: NeighbourState[];
  /** What is particular about it, such as `"proxy"`: this machine answers for the address. */
  flags?: NeighbourFlag[];
  /** Who sets it. */
  protocol?: RouteProtocol;
}
