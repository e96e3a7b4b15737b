import type { Attributes } from "../attribute.ts";
import type { Named, RouteProtocol } from "./_names.ts";

/** What a rule does with a packet; `"table"` looks into a table. */
export type RuleAction = Named<"table" | "goto" | "nop" | "blackhole" | "unreachable" | "prohibit">;

/** Which table is looked into for which packets. */
export interface Rule {
  /** `AF_INET` or `AF_INET6`. */
  family: number;
  /** The rules are asked in this order. */
  priority: number;
  /** What it does. */
  action: RuleAction;
  /** The table it looks into: 254 is main, 255 local, 253 default; `undefined` where it does not. */
  table?: number;
  /** The priority of the rule it jumps to. */
  goto?: number;
  /** Whether it is for the packets that do *not* match. */
  not: boolean;
  /** The network that packets come from; `undefined` is any. */
  source?: string;
  /** The network that packets go to; `undefined` is any. */
  destination?: string;
  /** The type of service; 0 is any. */
  tos: number;
  /** Name of the interface that packets come in by. */
  inputInterface?: string;
  /** Whether there is no such interface now. */
  inputDetached: boolean;
  /** Name of the interface that packets go out by. */
  outputInterface?: string;
  /** Whether there is no such interface now. */
  outputDetached: boolean;
  /** The mark of packets. */
  mark?: number;
  /** The bits of the mark that count. */
  markMask?: number;
  /** The table is that of the VRF of the interface. */
  l3mdev: boolean;
  /** Users whose packets it is for: first and last. */
  uidRange?: [first: number, last: number];
  /** `IPPROTO_*`. */
  ipProtocol?: number;
  /** Ports that packets come from: first and last. */
  sourcePorts?: [first: number, last: number];
  /** Ports that packets go to: first and last. */
  destinationPorts?: [first: number, last: number];
  /** The number of the tunnel that packets come by. */
  tunnelId?: bigint;
  /** Routes of the table with prefixes up to this length do not count. */
  suppressPrefixLength?: number;
  /** Routes of the table by interfaces of this group do not count. */
  suppressGroup?: number;
  /** Who set it. */
  protocol?: RouteProtocol;
  /** All attributes by their numbers (`FRA_*`), those without a name here too. */
  attributes: Attributes;
}

/** A rule to add or to delete. To delete, what is not told is not compared. */
export type NewRule =
  & Partial<Omit<Rule, "attributes" | "inputDetached" | "outputDetached" | "action">>
  & { action?: RuleAction };
