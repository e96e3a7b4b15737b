/**
 * The network configuration (rtnetlink): like `ip`, as values. Links, addresses, routes, neighbours and rules can be
 * listed, added, changed and deleted; {@linkcode watch} reports changes.
 *
 * When you add something, omitted fields default as in `ip`. Values have fields for what `ip -j` prints; what else the
 * kernel reports is in their `attributes`, as bytes. Values and the filters of lists refer to interfaces by index,
 * `interfaceIndex`; what is changed takes an index or a name, `link`. `ifNametoindex()` of `./inet` tells an index.
 *
 * @example Find the router of this machine
 * ```ts
 * import { listRoutes } from "@berkeley/sockets/netlink/route";
 * import { assert } from "@std/assert";
 *
 * for (const { gateway, interfaceIndex } of await listRoutes({ destination: "default" })) {
 *   assert(gateway !== undefined || interfaceIndex !== undefined);
 * }
 * ```
 *
 * @module
 */
export type { OpenOptions } from "../../socket/open.ts";
export type { WaitOptions } from "../../socket/wait_options.ts";
export { Attributes } from "../attribute.ts";
export type { NetlinkMessage } from "../message.ts";
export type { NetlinkOptions, NetlinkRequester, NetlinkRequestOptions } from "../netlink_options.ts";
export { NetlinkSocket } from "../netlink_socket.ts";
export type { AddressFlag, LinkAddress, NewAddress } from "./address.ts";
export { addAddress, type AddressFilter, deleteAddress, listAddresses, replaceAddress } from "./addresses.ts";
export type { BridgeInfo, BridgePortInfo, Link, LinkFlag, LinkOperState, LinkStatistics, VlanInfo } from "./link.ts";
export {
  addLink,
  changeLink,
  deleteLink,
  type LinkFilter,
  type LinkSettings,
  listLinks,
  type NewLink,
} from "./links.ts";
export type { Neighbour, NeighbourFlag, NeighbourState, NewNeighbour } from "./neighbour.ts";
export { addNeighbour, deleteNeighbour, listNeighbours, type NeighbourFilter, replaceNeighbour } from "./neighbours.ts";
export type {
  Named,
  NewNextHop,
  NewRoute,
  NextHop,
  Route,
  RouteFlag,
  RouteMetrics,
  RouteProtocol,
  RouteScope,
  RouteType,
} from "./route.ts";
export {
  addRoute,
  deleteRoute,
  listRoutes,
  lookUpRoute,
  replaceRoute,
  type RouteFilter,
  type RouteLookup,
} from "./routes.ts";
export type { NewRule, Rule, RuleAction } from "./rule.ts";
export { addRule, deleteRule, listRules, type RuleFilter } from "./rules.ts";
export { type RouteEvent, type RouteEventKind, type RouteWatcher, watch, type WatchOptions } from "./watch.ts";
