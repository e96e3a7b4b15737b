import type { Attributes } from "../attribute.ts";
import type { Named, RouteProtocol, RouteScope, RouteType } from "./_names.ts";

export type { Named, RouteProtocol, RouteScope, RouteType } from "./_names.ts";

/** A flag of a route or of one of its next hops: its C name without `RTNH_F_`. */
export type RouteFlag = "dead" | "pervasive" | "onlink" | "offload" | "linkdown" | "unresolved" | "trap";

/** The metrics of a route; an absent one has the system's value. */
export interface RouteMetrics {
  /** MTU of the path, bytes. */
  mtu?: number;
  /** The largest window, bytes. */
  window?: number;
  /** Round-trip time, ms. */
  rtt?: number;
  /** Its mean deviation, ms. */
  rttVariance?: number;
  /** Slow start threshold, segments. */
  slowStartThreshold?: number;
  /** The largest congestion window, segments. */
  congestionWindow?: number;
  /** The advertised MSS, bytes. */
  advertisedMss?: number;
  /** The reordering to tolerate, segments. */
  reordering?: number;
  /** The hop limit. */
  hopLimit?: number;
  /** Congestion window of a new connection, segments. */
  initialCongestionWindow?: number;
  /** The smallest retransmission timeout, ms. */
  minRto?: number;
  /** Receive window of a new connection, segments. */
  initialReceiveWindow?: number;
  /** 1: acknowledgements are not delayed. */
  quickAck?: number;
  /** Congestion control, such as `"bbr"`. */
  congestionControl?: string;
}

/** A next hop of a route. */
export interface NextHop {
  /** The router; an IPv6 one may serve an IPv4 route. */
  gateway?: string;
  /** Index of the interface. */
  interfaceIndex: number;
  /** Its weight, 1 to 256. */
  weight: number;
  /** Its flags. */
  flags: RouteFlag[];
}

/** A route. */
export interface Route {
  /** `AF_INET` or `AF_INET6`. */
  family: number;
  /** Its type. */
  type: RouteType;
  /** The network it leads to, such as `"10.0.0.0/8"`, or `"default"`. */
  destination: string;
  /** The network that its packets come from; `undefined` is any. */
  source?: string;
  /** The router; an IPv6 one may serve an IPv4 route. */
  gateway?: string;
  /** Index of the interface. */
  interfaceIndex?: number;
  /** In the answer to a lookup, the index of the interface that its packets arrive on. */
  inputInterfaceIndex?: number;
  /** The address that this machine sends from. */
  preferredSource?: string;
  /** The table it is in: 254 is main, 255 local, 253 default. */
  table: number;
  /** What set it. */
  protocol: RouteProtocol;
  /** The scope of the destination. */
  scope: RouteScope;
  /** Among routes to the same network, the lowest metric wins. */
  metric?: number;
  /** The type of service that it is for; 0 is any. */
  tos: number;
  /** Its flags. */
  flags: RouteFlag[];
  /** The next hops, if there are several. */
  nextHops?: NextHop[];
  /** The number of the nexthop object that it uses (`ip nexthop`). */
  nextHopId?: number;
  /** Its metrics. */
  metrics?: RouteMetrics;
  /** The preference of IPv6 (RFC 4191). */
  preference?: Named<"low" | "medium" | "high">;
  /** The mark of the packets that it is for. */
  mark?: number;
  /** Seconds until it is removed. */
  expires?: number;
  /** All attributes by their numbers (`RTA_*`), also those without a field here. */
  attributes: Attributes;
}

/** A next hop of a route to add. */
export interface NewNextHop {
  /** The router. */
  gateway?: string;
  /** The interface: its index or its name. */
  link?: number | string;
  /**
   * Its weight, 1 to 256.
   *
   * @default {1}
   */
  weight?: number;
}

/** A route to add, to change or to delete. Omitted fields default as in `ip route`. */
export interface NewRoute {
  /** The network it leads to, such as `"10.0.0.0/8"`, or `"default"`. */
  destination: string;
  /** The family; needed only if no address determines it. Default: `AF_INET`. */
  family?: number;
  /** The type. Default: `"unicast"`. */
  type?: RouteType;
  /** The router. */
  gateway?: string;
  /** The interface: its index or its name. */
  link?: number | string;
  /** The next hops, if there are several. */
  nextHops?: NewNextHop[];
  /** The address that this machine sends from. */
  preferredSource?: string;
  /** The table. Default: main (254), for local and broadcast addresses local (255). */
  table?: number;
  /** What sets it. Default: `"boot"`. */
  protocol?: RouteProtocol;
  /** The scope. Default: `"link"` for an IPv4 unicast route without a gateway, `"host"` for local, else `"global"`. */
  scope?: RouteScope;
  /** Among routes to the same network, the lowest metric wins. */
  metric?: number;
  /** The type of service that it is for. */
  tos?: number;
  /** `"onlink"`: the router is reachable even without a route to it. */
  flags?: "onlink"[];
  /** Its metrics. */
  metrics?: RouteMetrics;
  /** The preference of IPv6. */
  preference?: "low" | "medium" | "high";
  /** For IPv6, seconds until it is removed. */
  expires?: number;
}
