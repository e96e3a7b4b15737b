import type { Attributes } from "../attribute.ts";
import type { Named, RouteProtocol, RouteScope, RouteType } from "./_names.ts";

export type { Named, RouteProtocol, RouteScope, RouteType } from "./_names.ts";

/** A flag of a route or of one of its ways: its C name without `RTNH_F_`. */
export type RouteFlag = "dead" | "pervasive" | "onlink" | "offload" | "linkdown" | "unresolved" | "trap";

/** What holds on a route; a metric that is not there is the system's. */
export interface RouteMetrics {
  /** MTU of the path, bytes. */
  mtu?: number;
  /** Window at most, bytes. */
  window?: number;
  /** Round-trip time, ms. */
  rtt?: number;
  /** Its mean deviation, ms. */
  rttVariance?: number;
  /** Slow start threshold, segments. */
  slowStartThreshold?: number;
  /** Congestion window at most, segments. */
  congestionWindow?: number;
  /** The MSS that the other end is told, bytes. */
  advertisedMss?: number;
  /** Segments by which the path may reorder. */
  reordering?: number;
  /** Hops that a packet may take. */
  hopLimit?: number;
  /** Congestion window of a new connection, segments. */
  initialCongestionWindow?: number;
  /** Least retransmission timeout, ms. */
  minRto?: number;
  /** Receive window of a new connection, segments. */
  initialReceiveWindow?: number;
  /** 1: acknowledgements are not delayed. */
  quickAck?: number;
  /** Congestion control, such as `"bbr"`. */
  congestionControl?: string;
}

/** One of several ways of a route. */
export interface NextHop {
  /** The router; an IPv6 one may serve an IPv4 route. */
  gateway?: string;
  /** Index of the interface. */
  interfaceIndex: number;
  /** Its share, 1 to 256. */
  weight: number;
  /** What is particular about it. */
  flags: RouteFlag[];
}

/** A route. */
export interface Route {
  /** `AF_INET` or `AF_INET6`. */
  family: number;
  /** What it does. */
  type: RouteType;
  /** The network it leads to, such as `"10.0.0.0/8"`, or `"default"`. */
  destination: string;
  /** The network that its packets come from; `undefined` is any. */
  source?: string;
  /** The router; an IPv6 one may serve an IPv4 route. */
  gateway?: string;
  /** Index of the interface. */
  interfaceIndex?: number;
  /** Index of the interface that its packets come in by, of an answer to a lookup. */
  inputInterfaceIndex?: number;
  /** The address that this machine sends from. */
  preferredSource?: string;
  /** The table it is in: 254 is main, 255 local, 253 default. */
  table: number;
  /** Who set it. */
  protocol: RouteProtocol;
  /** How far it is to the destination. */
  scope: RouteScope;
  /** Of two routes to one network the lesser goes first. */
  metric?: number;
  /** The type of service that it is for; 0 is any. */
  tos: number;
  /** What is particular about it. */
  flags: RouteFlag[];
  /** The ways, where there are several. */
  nextHops?: NextHop[];
  /** The number of the nexthop object that it uses (`ip nexthop`). */
  nextHopId?: number;
  /** What holds on it. */
  metrics?: RouteMetrics;
  /** The preference of IPv6 (RFC 4191). */
  preference?: Named<"low" | "medium" | "high">;
  /** The mark of the packets that it is for. */
  mark?: number;
  /** Seconds until it is removed. */
  expires?: number;
  /** All attributes by their numbers (`RTA_*`), those without a name here too. */
  attributes: Attributes;
}

/** One of several ways of a route that is to be added. */
export interface NewNextHop {
  /** The router. */
  gateway?: string;
  /** The interface: its index or its name. */
  link?: number | string;
  /**
   * Its share, 1 to 256.
   *
   * @default {1}
   */
  weight?: number;
}

/** A route to add, to change or to delete. What is left out is as in `ip route`. */
export interface NewRoute {
  /** The network it leads to, such as `"10.0.0.0/8"`, or `"default"`. */
  destination: string;
  /** The family; needed where no address tells it. Default: `AF_INET`. */
  family?: number;
  /** What it does. Default: `"unicast"`. */
  type?: RouteType;
  /** The router. */
  gateway?: string;
  /** The interface: its index or its name. */
  link?: number | string;
  /** The ways, where there are several. */
  nextHops?: NewNextHop[];
  /** The address that this machine sends from. */
  preferredSource?: string;
  /** The table. Default: main (254), for local and broadcast addresses local (255). */
  table?: number;
  /** Who sets it. Default: `"boot"`. */
  protocol?: RouteProtocol;
  /** How far it is. Default: `"link"` for a unicast route of IPv4 without a gateway, `"host"` for local, else `"global"`. */
  scope?: RouteScope;
  /** Of two routes to one network the lesser goes first. */
  metric?: number;
  /** The type of service that it is for. */
  tos?: number;
  /** `"onlink"`: the router can be reached though no route says so. */
  flags?: "onlink"[];
  /** What holds on it. */
  metrics?: RouteMetrics;
  /** The preference of IPv6. */
  preference?: "low" | "medium" | "high";
  /** Seconds until it is removed, of IPv6. */
  expires?: number;
}
