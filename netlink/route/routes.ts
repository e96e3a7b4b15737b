import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkObject } from "../../checks/check_object.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { isSystemError } from "../../ffi/error.ts";
import { concat } from "../_concat.ts";
import { u32Attribute } from "../_encode.ts";
import { encodeAttribute } from "../attribute.ts";
import { NL } from "../constants.ts";
import { NetlinkDecodeError } from "../decode_error.ts";
import { NETLINK_OPTIONS, type NetlinkOptions } from "../netlink_options.ts";
import { askRoute, familiesOf, linkIndex, linkIndexes } from "./_ask.ts";
import { ipBytes, networkBytes, networkText } from "./_ip.ts";
import { PROTOCOLS, ROUTE_TYPES } from "./_names.ts";
import { decodeRoute, encodeRoute, RTA, RTMSG_SIZE } from "./_route.ts";
import { RTM } from "./_rtm.ts";
import type { NewNextHop, NewRoute, Route, RouteProtocol, RouteType } from "./route.ts";

const RT_TABLE_MAIN = 254;
/** `RTM_F_CLONED`: a cache entry, not a configured route. */
const RTM_F_CLONED = 0x200;
/** `RTM_F_LOOKUP_TABLE`: the answer contains the table of the route. */
const RTM_F_LOOKUP_TABLE = 0x1000;

/** Selects routes; omitted fields match any, except the table. */
export interface RouteFilter {
  /** `AF_INET` or `AF_INET6`. */
  family?: number;
  /**
   * The number of the table: 254 is main, 255 local; or all of them.
   *
   * @default {254}
   */
  table?: number | "all";
  /** The network it leads to, such as `"10.0.0.0/8"`, a single address, or `"default"`. */
  destination?: string;
  /** Index of the interface of the route, or of one of its next hops. */
  interfaceIndex?: number;
  /** The type. */
  type?: RouteType;
  /** What set it. */
  protocol?: RouteProtocol;
}

const LIST_OPTIONS: OptionNames<RouteFilter & NetlinkOptions> = {
  ...NETLINK_OPTIONS,
  family: true,
  table: true,
  destination: true,
  interfaceIndex: true,
  type: true,
  protocol: true,
};
const ROUTE_FIELDS: OptionNames<NewRoute> = {
  destination: true,
  family: true,
  type: true,
  gateway: true,
  link: true,
  nextHops: true,
  preferredSource: true,
  table: true,
  protocol: true,
  scope: true,
  metric: true,
  tos: true,
  flags: true,
  metrics: true,
  preference: true,
  expires: true,
};
const NEXT_HOP_FIELDS: OptionNames<NewNextHop> = { gateway: true, link: true, weight: true };

/**
 * Lists the routes: `ip route` and `ip -6 route`. Permission: `--allow-ffi`; no capability is needed.
 *
 * @param options Which routes, and how long to wait. Without a table, it lists the main table.
 * @returns The routes, IPv4 first, then IPv6, in the kernel's order.
 * @throws {TypeError} If the type or the protocol is unknown.
 * @throws {SyntaxError} If the destination is no network.
 * @throws {SystemError} If the kernel refuses.
 * @see {@link https://man7.org/linux/man-pages/man7/rtnetlink.7.html | rtnetlink(7)}
 *
 * @example Usage
 * ```ts
 * import { listRoutes } from "@berkeley/sockets/netlink/route";
 * import { assert } from "@std/assert";
 *
 * const local = await listRoutes({ table: 255, type: "local" });
 * assert(local.some(({ destination }) => destination === "127.0.0.1/32"));
 * ```
 */
export async function listRoutes(options: RouteFilter & NetlinkOptions = {}): Promise<Route[]> {
  checkArgumentCount("call listRoutes", arguments.length, "options");
  checkObject("list the routes", "options", options);
  const { family, table = RT_TABLE_MAIN, interfaceIndex, type, protocol } = options;
  const leadsTo = options.destination === undefined ? () => true : destinationFilter(options.destination);
  if (type !== undefined) ROUTE_TYPES.number(type); // a misspelt one would match none
  if (protocol !== undefined) PROTOCOLS.number(protocol);
  const number = table === "all" ? 0 : within("list the routes", "table", table, 0xffffffff);
  const found = await askRoute("list the routes", options, async (ask) => {
    const routes: Route[] = [];
    for (const each of familiesOf(family)) {
      const head = new Uint8Array(RTMSG_SIZE);
      head[0] = each;
      const payload = number === 0 ? head : concat([head, u32Attribute(RTA.TABLE, number, "table")]);
      // The kernel filters by table since Linux 4.20, and fails for a table that has never existed.
      const messages = await ask("dump", RTM.GETROUTE, payload).catch((error) => {
        if (number !== 0 && isSystemError(error, "ENOENT")) return [];
        throw error;
      });
      for (const { type, payload } of messages) {
        if (type !== RTM.NEWROUTE || payload[0] !== each || isCloned(payload)) continue;
        routes.push(decodeRoute(payload));
      }
    }
    return routes;
  }, LIST_OPTIONS);
  return found.filter((route) =>
    (number === 0 || route.table === number) && leadsTo(route) &&
    (type === undefined || route.type === type) && (protocol === undefined || route.protocol === protocol) &&
    (interfaceIndex === undefined || route.interfaceIndex === interfaceIndex ||
      route.nextHops?.some((hop) => hop.interfaceIndex === interfaceIndex))
  );
}

/** Whether a route leads to a network: compared as {@linkcode decodeRoute} writes it, as one network has many texts. */
function destinationFilter(text: string): (route: Route) => boolean {
  const { family, bytes, prefixLength } = networkBytes(text);
  const destination = networkText(family, prefixLength === 0 ? undefined : bytes, prefixLength);
  return (route) => route.destination === destination && (family === C.AF_UNSPEC || route.family === family);
}

function isCloned(payload: Uint8Array): boolean {
  return payload.length >= RTMSG_SIZE &&
    (new DataView(payload.buffer, payload.byteOffset).getUint32(8, true) & RTM_F_CLONED) !== 0;
}

/** The packet whose route to look up. */
export interface RouteLookup {
  /** Its source address. */
  source?: string;
  /** The interface that it must leave through, by index or name. */
  outputLink?: number | string;
  /** The interface that it arrives on, by index or name. */
  inputLink?: number | string;
  /** Its mark. */
  mark?: number;
}

const LOOKUP_OPTIONS: OptionNames<RouteLookup & NetlinkOptions> = {
  ...NETLINK_OPTIONS,
  source: true,
  outputLink: true,
  inputLink: true,
  mark: true,
};

/**
 * Looks up the route that packets to an address take: `ip route get`. Permission: `--allow-ffi`; no capability is
 * needed.
 *
 * @param destination The address.
 * @param options The packet, and how long to wait.
 * @returns The route, with the address as its destination.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If there is no route (`ENETUNREACH`, `EHOSTUNREACH`), or a route forbids it (`EACCES`,
 * `EINVAL`).
 *
 * @example Usage
 * ```ts
 * import { lookUpRoute } from "@berkeley/sockets/netlink/route";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals((await lookUpRoute("127.0.0.1")).type, "local");
 * ```
 */
export async function lookUpRoute(destination: string, options: RouteLookup & NetlinkOptions = {}): Promise<Route> {
  checkArgumentCount("call lookUpRoute", arguments.length, "destination", "options");
  const { source, outputLink, inputLink, mark } = options;
  const to = ipBytes(destination);
  const from = source === undefined ? undefined : ipBytes(source);
  const action = `look up the route to ${destination}`;
  const [answer] = await askRoute(action, options, async (ask) => {
    const head = new Uint8Array(RTMSG_SIZE);
    const view = new DataView(head.buffer);
    view.setUint8(0, to.family);
    view.setUint8(1, to.bytes.length * 8);
    if (from !== undefined) view.setUint8(2, from.bytes.length * 8);
    if (to.family === C.AF_INET) view.setUint32(8, RTM_F_LOOKUP_TABLE, true); // IPv6 always does this, and refuses the flag
    const parts: Uint8Array[] = [head, encodeAttribute(RTA.DST, to.bytes)];
    if (from !== undefined) parts.push(encodeAttribute(RTA.SRC, from.bytes));
    if (outputLink !== undefined) parts.push(u32Attribute(RTA.OIF, await linkIndex(ask, outputLink), "interface"));
    if (inputLink !== undefined) parts.push(u32Attribute(RTA.IIF, await linkIndex(ask, inputLink), "interface"));
    if (mark !== undefined) parts.push(u32Attribute(RTA.MARK, mark, "mark"));
    return await ask("request", RTM.GETROUTE, concat(parts));
  }, LOOKUP_OPTIONS);
  if (answer === undefined) throw new NetlinkDecodeError(`Cannot ${action}: the kernel's answer is empty`);
  return decodeRoute(answer.payload);
}

/**
 * Adds a route: `ip route add`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param route The route. Omitted fields default as in `ip`.
 * @param options How long to wait.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If the route exists (`EEXIST`), the router cannot be reached (`ENETUNREACH`), there is no
 * such interface (`ENODEV`), or it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { addRoute } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => addRoute({ destination: "10.0.0.0/33", type: "blackhole" }), RangeError);
 * ```
 */
export async function addRoute(route: NewRoute, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call addRoute", arguments.length, "route", "options");
  await change("add", RTM.NEWROUTE, route, NL.NLM_F_CREATE | NL.NLM_F_EXCL, options);
}

/**
 * Adds a route, or replaces the existing one to that network: `ip route replace`. Permission: `--allow-ffi`, and
 * `CAP_NET_ADMIN`.
 *
 * @param route The route. Omitted fields default as in `ip`.
 * @param options How long to wait.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If the router cannot be reached (`ENETUNREACH`), there is no such interface (`ENODEV`), or it
 * is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { replaceRoute } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => replaceRoute({ destination: "10.0.0.0/8", link: "no-such-link" }), Error, "(ENODEV)");
 * ```
 */
export async function replaceRoute(route: NewRoute, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call replaceRoute", arguments.length, "route", "options");
  await change("replace", RTM.NEWROUTE, route, NL.NLM_F_CREATE | NL.NLM_F_REPLACE, options);
}

/**
 * Deletes a route: `ip route delete`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param route The route. Omitted fields match any, except the table.
 * @param options How long to wait.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If there is no such route (`ESRCH`), or it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { deleteRoute } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => deleteRoute({ destination: "10.0.0.0" + "/x" }), SyntaxError);
 * ```
 */
export async function deleteRoute(route: NewRoute, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call deleteRoute", arguments.length, "route", "options");
  await change("delete", RTM.DELROUTE, route, 0, options);
}

async function change(
  verb: string,
  type: number,
  route: NewRoute,
  flags: number,
  options: NetlinkOptions,
): Promise<void> {
  const isDelete = type === RTM.DELROUTE;
  route = checkOptions(`${verb} a route`, route, ROUTE_FIELDS);
  if (route.nextHops !== undefined) {
    route = { ...route, nextHops: route.nextHops.map((hop) => checkOptions(`${verb} a route`, hop, NEXT_HOP_FIELDS)) };
  }
  encodeRoute(route, () => 1, isDelete); // refuses an invalid address before any request
  await askRoute(`${verb} route ${route.destination}`, options, async (ask) => {
    const indexOf = await linkIndexes(ask, [route.link, ...(route.nextHops ?? []).map(({ link }) => link)]);
    return await ask("request", type, encodeRoute(route, indexOf, isDelete), flags);
  });
}
