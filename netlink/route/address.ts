import type { Attributes } from "../attribute.ts";
import type { Named, RouteScope } from "./_names.ts";

/** A flag of an address: its C name without `IFA_F_`. For IPv6, `SECONDARY` means temporary. */
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
  /** The prefix length; that of the peer's address if there is one. */
  prefixLength: number;
  /** The broadcast address of IPv4. */
  broadcast?: string;
  /** The anycast address of IPv6. */
  anycast?: string;
  /** Its scope. */
  scope: RouteScope;
  /** The flags that are set. */
  flags: AddressFlag[];
  /** The label of an IPv4 address: the name of the interface, or for example `eth0:1`. */
  label?: string;
  /** Seconds for which new connections may use it; `Infinity` is forever. */
  preferredLifetime: number;
  /** Seconds until it is removed; `Infinity` is never. */
  validLifetime: number;
  /** The metric of the route to its network. */
  metric?: number;
  /** What set it: the kernel for loopback, a router advertisement, or the kernel as link-local. */
  protocol?: Named<"kernel_lo" | "kernel_ra" | "kernel_ll">;
  /** All attributes by number (`IFA_*`), also those without a field here. */
  attributes: Attributes;
}

/** An address to add to an interface, or to delete from it. */
export interface NewAddress {
  /** The interface: its index or its name. */
  link: number | string;
  /** The address and its prefix length, such as `"192.0.2.1/24"`; without one, all bits count. */
  address: string;
  /** The address of the other end, to which the prefix length then applies. */
  peer?: string;
  /** The broadcast address of IPv4; `"+"` sets all bits of the host part. Default: none. */
  broadcast?: string;
  /** The scope. Default: `"host"` for 127.0.0.0/8, else `"global"`. */
  scope?: RouteScope;
  /** The label of an IPv4 address: the name of the interface, a colon, and more. Default: the name of the interface. */
  label?: string;
  /** The flags to set: `NODAD`, `OPTIMISTIC`, `HOMEADDRESS`, `MANAGETEMPADDR`, `NOPREFIXROUTE` or `MCAUTOJOIN`. */
  flags?: AddressFlag[];
  /** Seconds for which new connections may use it. Default: forever. */
  preferredLifetime?: number;
  /** Seconds until it is removed. Default: never. */
  validLifetime?: number;
  /** The metric of the route to its network. */
  metric?: number;
}
