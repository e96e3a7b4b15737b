import { within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { align } from "../_align.ts";
import { concat } from "../_concat.ts";
import { u32Attribute, u8Attribute } from "../_encode.ts";
import { present } from "../_present.ts";
import { structView } from "../_struct_view.ts";
import { Attributes, encodeAttribute } from "../attribute.ts";
import { NetlinkDecodeError } from "../decode_error.ts";
import { familyOf, type IpBytes, ipBytes, ipText, networkBytes, networkText } from "./_ip.ts";
import { Names, PROTOCOLS, ROUTE_TYPES, SCOPES } from "./_names.ts";
import type { NewRoute, NextHop, Route, RouteFlag, RouteMetrics, RouteScope } from "./route.ts";

/** Size of `struct rtmsg`. */
export const RTMSG_SIZE = 12;
const RTNEXTHOP_SIZE = 8;
export const RTA = {
  DST: 1,
  SRC: 2,
  IIF: 3,
  OIF: 4,
  GATEWAY: 5,
  PRIORITY: 6,
  PREFSRC: 7,
  METRICS: 8,
  MULTIPATH: 9,
  CACHEINFO: 12,
  TABLE: 15,
  MARK: 16,
  VIA: 18,
  PREF: 20,
  EXPIRES: 23,
  NH_ID: 30,
} as const;

/** `RTNH_F_*`. */
const FLAGS = new Names<RouteFlag>("flag of a route", {
  1: "dead",
  2: "pervasive",
  4: "onlink",
  8: "offload",
  16: "linkdown",
  32: "unresolved",
  64: "trap",
});
/** `ICMPV6_ROUTER_PREF_*`. */
const PREFERENCES = new Names("preference of a route", { 0: "medium", 1: "high", 3: "low" });

/** `RTAX_*`; `scale` is the number of kernel units in one of ours. */
const METRICS: readonly [name: Exclude<keyof RouteMetrics, "congestionControl">, type: number, scale: number][] = [
  ["mtu", 2, 1],
  ["window", 3, 1],
  ["rtt", 4, 8],
  ["rttVariance", 5, 4],
  ["slowStartThreshold", 6, 1],
  ["congestionWindow", 7, 1],
  ["advertisedMss", 8, 1],
  ["reordering", 9, 1],
  ["hopLimit", 10, 1],
  ["initialCongestionWindow", 11, 1],
  ["minRto", 13, 1],
  ["initialReceiveWindow", 14, 1],
  ["quickAck", 15, 1],
];
const RTAX_CC_ALGO = 16;
/** Of `struct rta_cacheinfo { __u32 rta_clntref, rta_lastuse; __s32 rta_expires; … }`, in hundredths of a second. */
const CACHE_EXPIRES = 8;
const CACHEINFO_SIZE = 32;
const RT_TABLE_MAIN = 254;
const RT_TABLE_LOCAL = 255;

/**
 * Decodes a message of type `RTM_NEWROUTE` or `RTM_DELROUTE`.
 *
 * ```c
 * struct rtmsg {
 *   unsigned char rtm_family;
 *   unsigned char rtm_dst_len;
 *   unsigned char rtm_src_len;
 *   unsigned char rtm_tos;
 *   unsigned char rtm_table;      // the low bits of RTA_TABLE
 *   unsigned char rtm_protocol;
 *   unsigned char rtm_scope;
 *   unsigned char rtm_type;
 *   unsigned      rtm_flags;
 * };
 * ```
 */
export function decodeRoute(payload: Uint8Array): Route {
  const view = structView(payload, RTMSG_SIZE, "rtmsg");
  const attributes = new Attributes(payload.subarray(RTMSG_SIZE));
  const family = view.getUint8(0);
  const source = attributes.bytes(RTA.SRC);
  const preferred = attributes.bytes(RTA.PREFSRC);
  const hops = attributes.bytes(RTA.MULTIPATH);
  const preference = attributes.u8(RTA.PREF);
  return {
    family,
    type: ROUTE_TYPES.of(view.getUint8(7)),
    destination: networkText(family, attributes.bytes(RTA.DST), view.getUint8(1)),
    table: attributes.u32(RTA.TABLE) ?? view.getUint8(4),
    protocol: PROTOCOLS.of(view.getUint8(5)),
    scope: SCOPES.of(view.getUint8(6)),
    tos: view.getUint8(3),
    flags: FLAGS.ofBits(view.getUint32(8, true)),
    ...present({
      source: source === undefined ? undefined : networkText(family, source, view.getUint8(2)),
      gateway: gatewayOf(attributes),
      interfaceIndex: attributes.u32(RTA.OIF),
      inputInterfaceIndex: attributes.u32(RTA.IIF),
      preferredSource: preferred === undefined ? undefined : ipText(preferred),
      metric: attributes.u32(RTA.PRIORITY),
      nextHops: hops === undefined ? undefined : nextHopsOf(hops),
      nextHopId: attributes.u32(RTA.NH_ID),
      metrics: metricsOf(attributes.nested(RTA.METRICS)),
      preference: preference === undefined ? undefined : PREFERENCES.of(preference),
      mark: attributes.u32(RTA.MARK),
      expires: expiresOf(attributes),
    }),
    attributes,
  };
}

/** `struct rtvia { __kernel_sa_family_t rtvia_family; __u8 rtvia_addr[]; };`: a router of the other family. */
function gatewayOf(attributes: Attributes): string | undefined {
  const [gateway, via] = [attributes.bytes(RTA.GATEWAY), attributes.bytes(RTA.VIA)];
  if (gateway !== undefined) return ipText(gateway);
  return via === undefined ? undefined : ipText(via.subarray(2));
}

/** `struct rtnexthop { unsigned short rtnh_len; unsigned char rtnh_flags, rtnh_hops; int rtnh_ifindex; };`, each aligned. */
function nextHopsOf(bytes: Uint8Array): NextHop[] {
  const hops: NextHop[] = [];
  for (let at = 0; at < bytes.length;) {
    const view = structView(bytes.subarray(at), RTNEXTHOP_SIZE, "rtnexthop");
    const length = view.getUint16(0, true);
    if (length < RTNEXTHOP_SIZE || at + length > bytes.length) {
      throw new NetlinkDecodeError(
        `Cannot decode rtnexthop as its length must be ${RTNEXTHOP_SIZE} to ${
          bytes.length - at
        }: current length is ${length}`,
      );
    }
    const gateway = gatewayOf(new Attributes(bytes.subarray(at + RTNEXTHOP_SIZE, at + length)));
    hops.push({
      ...(gateway === undefined ? {} : { gateway }),
      interfaceIndex: view.getInt32(4, true),
      weight: view.getUint8(3) + 1,
      flags: FLAGS.ofBits(view.getUint8(2)),
    });
    at += align(length);
  }
  return hops;
}

function metricsOf(nest: Attributes | undefined): RouteMetrics | undefined {
  if (nest === undefined) return undefined;
  const metrics: RouteMetrics = {};
  for (const [name, type, scale] of METRICS) {
    const value = nest.u32(type);
    if (value !== undefined) metrics[name] = value / scale;
  }
  const congestionControl = nest.text(RTAX_CC_ALGO);
  return congestionControl === undefined ? metrics : { ...metrics, congestionControl };
}

function expiresOf(attributes: Attributes): number | undefined {
  const bytes = attributes.bytes(RTA.CACHEINFO);
  if (bytes === undefined) return undefined;
  const hundredths = structView(bytes, CACHEINFO_SIZE, "rta_cacheinfo").getInt32(CACHE_EXPIRES, true);
  return hundredths === 0 ? undefined : Math.trunc(hundredths / 100);
}

/** The family of a route to add. */
export function routeFamily(route: NewRoute): number {
  const { destination, gateway, preferredSource, nextHops } = route;
  const isViaOther = destination !== "default" && networkBytes(destination).family === C.AF_INET;
  // An IPv6 router may serve an IPv4 route: the destination decides, if it has a family.
  const routers = isViaOther ? [] : [gateway, ...(nextHops ?? []).map((hop) => hop.gateway)];
  const told = [
    networkBytes(destination).family,
    ...[preferredSource, ...routers].map((text) => text === undefined ? undefined : ipBytes(text).family),
  ];
  if (route.family !== undefined && destination === "default") return route.family;
  return familyOf([route.family, ...told], C.AF_INET);
}

/** The payload of a request about a route; `indexOf` returns the index of an interface. */
export function encodeRoute(route: NewRoute, indexOf: (link: number | string) => number, isDelete = false): Uint8Array {
  const family = routeFamily(route);
  const { bytes, prefixLength } = networkBytes(route.destination);
  const { type = "unicast", tos = 0, gateway, nextHops, metric, metrics, preference, expires, preferredSource } = route;
  const isLocal = ["local", "broadcast", "anycast", "nat"].includes(type);
  const table = within(
    "encode a route",
    "table",
    route.table ?? (isLocal ? RT_TABLE_LOCAL : RT_TABLE_MAIN),
    0xffffffff,
  );
  const head = new Uint8Array(RTMSG_SIZE);
  const view = new DataView(head.buffer);
  view.setUint8(0, family);
  view.setUint8(1, prefixLength);
  view.setUint8(3, within("encode a route", "type of service", tos, 0xff));
  view.setUint8(4, table < 256 ? table : 0);
  // When deleting, omitted fields are not compared.
  view.setUint8(5, isDelete && route.protocol === undefined ? 0 : PROTOCOLS.number(route.protocol ?? "boot"));
  view.setUint8(6, SCOPES.number(route.scope ?? (isDelete ? "nowhere" : scopeOf(route, family))));
  view.setUint8(7, isDelete && route.type === undefined ? 0 : ROUTE_TYPES.number(type));
  view.setUint32(8, FLAGS.bits(route.flags ?? []), true);
  const parts: Uint8Array[] = [head, u32Attribute(RTA.TABLE, table, "table")];
  if (bytes.length > 0) parts.push(encodeAttribute(RTA.DST, bytes));
  if (gateway !== undefined) parts.push(encodeGateway(family, ipBytes(gateway)));
  if (route.link !== undefined) parts.push(u32Attribute(RTA.OIF, indexOf(route.link), "interface index"));
  if (nextHops !== undefined) parts.push(encodeNextHops(nextHops, family, indexOf));
  if (preferredSource !== undefined) parts.push(encodeAttribute(RTA.PREFSRC, ipBytes(preferredSource).bytes));
  if (metric !== undefined) parts.push(u32Attribute(RTA.PRIORITY, metric, "metric"));
  if (metrics !== undefined) parts.push(encodeMetrics(metrics));
  if (preference !== undefined) parts.push(u8Attribute(RTA.PREF, PREFERENCES.number(preference), "preference"));
  if (expires !== undefined) parts.push(u32Attribute(RTA.EXPIRES, expires, "seconds until it expires"));
  return concat(parts);
}

/** As in `ip`: an IPv4 route without a router has link scope. */
function scopeOf({ type = "unicast", gateway, nextHops }: NewRoute, family: number): RouteScope {
  if (family === C.AF_INET6) return "global";
  if (type === "local" || type === "nat") return "host";
  const isOnLink = type === "broadcast" || type === "multicast" || type === "anycast" ||
    (type === "unicast" && gateway === undefined && nextHops === undefined);
  return isOnLink ? "link" : "global";
}

function encodeGateway(family: number, gateway: IpBytes): Uint8Array {
  if (gateway.family === family) return encodeAttribute(RTA.GATEWAY, gateway.bytes);
  return encodeAttribute(RTA.VIA, new Uint8Array([gateway.family, 0, ...gateway.bytes]));
}

function encodeNextHops(
  hops: NonNullable<NewRoute["nextHops"]>,
  family: number,
  indexOf: (link: number | string) => number,
): Uint8Array {
  const encoded = hops.map(({ gateway, link, weight = 1 }) => {
    const via = gateway === undefined ? new Uint8Array() : encodeGateway(family, ipBytes(gateway));
    const head = new DataView(new ArrayBuffer(RTNEXTHOP_SIZE));
    head.setUint16(0, RTNEXTHOP_SIZE + via.length, true);
    head.setUint8(3, within("encode a route", "weight less 1", weight - 1, 0xff));
    head.setInt32(4, link === undefined ? 0 : indexOf(link), true);
    return concat([new Uint8Array(head.buffer), via]);
  });
  return encodeAttribute(RTA.MULTIPATH, concat(encoded));
}

function encodeMetrics(metrics: RouteMetrics): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [name, type, scale] of METRICS) {
    const value = metrics[name];
    if (value !== undefined) parts.push(u32Attribute(type, value * scale, name));
  }
  if (metrics.congestionControl !== undefined) parts.push(encodeAttribute(RTAX_CC_ALGO, metrics.congestionControl));
  return encodeAttribute(RTA.METRICS, parts);
}
