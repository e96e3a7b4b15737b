import type { Attributes } from "../attribute.ts";
import type { Named, RouteScope } from "./_names.ts";

/** A flag of an address: its C name without `IFA_F_`. `SECONDARY` of IPv6 is a temporary one. */
export type AddressFlag =
  | "SECONDARY"
  | "NODAD"
  | "OPTIMISTIC"
  | "DADFAILED"
  | "HOMEADDRESS"
  | "DEPRECATED"
  | "TENTATIVE"
  | "PERMANENT"
  | "MANAGETEMPADDR"
  | "NOPREFIXROUTE"
  | "MCAUTOJOIN"
  | "STABLE_PRIVACY";

/** An address of an interface. */
export interface LinkAddress {
  /** `AF_INET` or `AF_INET6`. */
  family: number;
  /** Index of the interface. */
  interfaceIndex: number;
  /** The address of this end. */
  address: string;
  /** The address of the other end of a point-to-point link. */
  peer?: string;
  /** Bits of the network part; of the peer's address where there is one. */
  prefixLength: number;
  /** The broadcast address of IPv4. */
  broadcast?: string;
  /** The anycast address of IPv6. */
  anycast?: string;
  /** How far it holds. */
  scope: RouteScope;
  /** What is on. */
  flags: AddressFlag[];
  /** The name of an IPv4 address: that of the interface, or such as `eth0:1`. */
  label?: string;
  /** Seconds for which it is to be used for new connections; `Infinity` is for ever. */
  preferredLifetime: number;
  /** Seconds for which it is there; `Infinity` is for ever. */
  validLifetime: number;
  /** The metric of the route to its network. */
  metric?: number;
  /** Who set it: the kernel for loopback, by a router's advertisement, or as link-local. */
  protocol?: Named<"kernel_lo" | "kernel_ra" | "kernel_ll">;
  /** All attributes by their numbers (`IFA_*`), those without a name here too. */
  attributes: Attributes;
}

/** An address to add to an interface, or to take from it. */
export interface NewAddress {
  /** The interface: its index or its name. */
  link: number | string;
  /** The address and its prefix, such as `"192.0.2.1/24"`; without a prefix it is the whole address. */
  address: string;
  /** The address of the other end; the prefix is that of it. */
  peer?: string;
  /** The broadcast address of IPv4; `"+"` sets all bits of the host part. Default: none. */
  broadcast?: string;
  /** How far it holds. Default: `"host"` for 127.0.0.0/8, else `"global"`. */
  scope?: RouteScope;
  /** The name of an IPv4 address: that of the interface, a colon, and more. Default: that of the interface. */
  label?: string;
  /** What is to be on, of `NODAD`, `OPTIMISTIC`, `HOMEADDRESS`, `MANAGETEMPADDR`, `NOPREFIXROUTE` and `MCAUTOJOIN`. */
  flags?: AddressFlag[];
  /** Seconds for which it is to be used for new connections. Default: for ever. */
  preferredLifetime?: number;
  /** Seconds for which it is there. Default: for ever. */
  validLifetime?: number;
  /** The metric of the route to its network. */
  metric?: number;
}
