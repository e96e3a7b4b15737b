import type { Attributes } from "../attribute.ts";
import type { Named, RouteProtocol } from "./_names.ts";

/** What a rule does with a packet; `"table"` looks it up in a table. */
export type RuleAction = Named<"table" | "goto" | "nop" | "blackhole" | "unreachable" | "prohibit">;

/** A routing rule: selects the table for some packets. */
export interface Rule {
  /** `AF_INET` or `AF_INET6`. */
  family: number;
  /** The kernel evaluates rules in this order. */
  priority: number;
  /** Its action. */
  action: RuleAction;
  /** The table that it uses: 254 is main, 255 local, 253 default; `undefined` if it uses none. */
  table?: number;
  /** The priority of the rule it jumps to. */
  goto?: number;
  /** Whether it applies to packets that do *not* match. */
  not: boolean;
  /** The network that packets come from; `undefined` is any. */
  source?: string;
  /** The network that packets go to; `undefined` is any. */
  destination?: string;
  /** The type of service; 0 is any. */
  tos: number;
  /** Name of the interface that packets arrive on. */
  inputInterface?: string;
  /** Whether that interface does not exist at present. */
  inputDetached: boolean;
  /** Name of the interface that packets leave through. */
  outputInterface?: string;
  /** Whether that interface does not exist at present. */
  outputDetached: boolean;
  /** The mark of packets. */
  mark?: number;
  /** The bits of the mark that count. */
  markMask?: number;
  /** Whether to use the table of the interface's VRF. */
  l3mdev: boolean;
  /** The user ids that it applies to: first and last. */
  uidRange?: [first: number, last: number];
  /** `IPPROTO_*`. */
  ipProtocol?: number;
  /** Ports that packets come from: first and last. */
  sourcePorts?: [first: number, last: number];
  /** Ports that packets go to: first and last. */
  destinationPorts?: [first: number, last: number];
  /** The id of the tunnel that packets arrive through. */
  tunnelId?: bigint;
  /** Ignores routes with prefixes up to this length. */
  suppressPrefixLength?: number;
  /** Ignores routes through interfaces of this group. */
  suppressGroup?: number;
  /** What set it. */
  protocol?: RouteProtocol;
  /** All attributes by their numbers (`FRA_*`), also those without a field here. */
  attributes: Attributes;
}

/** A rule to add or to delete. When deleting, omitted fields match any. */
export type NewRule =
  & Partial<Omit<Rule, "attributes" | "inputDetached" | "outputDetached" | "action">>
  & { action?: RuleAction };
