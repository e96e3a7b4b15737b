import { checkArgumentCount } from "../../checks/argument_count.ts";
import { listOf } from "../../checks/list_of.ts";
import { oneOf } from "../../checks/one_of.ts";
import type { OptionNames } from "../../checks/option_names.ts";
import { checkWaitOptions, type WaitOptions } from "../../socket/wait_options.ts";
import { NL } from "../constants.ts";
import type { NetlinkMessage } from "../message.ts";
import { NetlinkSocket } from "../netlink_socket.ts";
import { decodeAddress } from "./_address.ts";
import { decodeLink } from "./_link.ts";
import { decodeNeighbour } from "./_neighbour.ts";
import { decodeRoute } from "./_route.ts";
import { RTM } from "./_rtm.ts";
import { decodeRule } from "./_rule.ts";
import type { LinkAddress } from "./address.ts";
import type { Link } from "./link.ts";
import type { Neighbour } from "./neighbour.ts";
import type { Route } from "./route.ts";
import type { Rule } from "./rule.ts";

/**
 * A change: something is new or different (`"set"`), or gone (`"delete"`). `"overrun"` means that the program was too
 * slow and earlier changes were lost: list the state again.
 */
export type RouteEvent =
  | { kind: "link"; action: "set" | "delete"; value: Link }
  | { kind: "address"; action: "set" | "delete"; value: LinkAddress }
  | { kind: "route"; action: "set" | "delete"; value: Route }
  | { kind: "neighbour"; action: "set" | "delete"; value: Neighbour }
  | { kind: "rule"; action: "set" | "delete"; value: Rule }
  | { kind: "overrun" };

/** What can be watched. */
export type RouteEventKind = Exclude<RouteEvent["kind"], "overrun">;

/** Options of {@linkcode watch}. */
export interface WatchOptions extends Pick<WaitOptions, "signal"> {
  /**
   * The `NETLINK_ROUTE` socket on which to join the groups, such as one in another network namespace; it is closed at
   * the end.
   */
  netlink?: Pick<NetlinkSocket, "join" | "events" | "close">;
}

const WATCH_OPTIONS: OptionNames<WatchOptions> = { netlink: true, signal: true };

/** The changes, one after another. Leaving the loop closes the socket. */
export interface RouteWatcher extends AsyncIterableIterator<RouteEvent>, Disposable {
  /** Ends the iteration and closes the socket. */
  return(): Promise<IteratorResult<RouteEvent>>;
}

/** `RTNLGRP_*`. */
const GROUPS: Record<RouteEventKind, number[]> = {
  link: [1],
  address: [5, 9],
  route: [7, 11],
  neighbour: [3],
  rule: [8, 19],
};

const AF_INET = 2;
const AF_INET6 = 10;
/** Other families have no values here: bridges report their ports and addresses as links and neighbours. */
const FAMILIES: Record<RouteEventKind, number[]> = {
  link: [0],
  address: [AF_INET, AF_INET6],
  route: [AF_INET, AF_INET6],
  neighbour: [AF_INET, AF_INET6],
  rule: [AF_INET, AF_INET6],
};

const EVENTS: Record<
  number,
  [kind: RouteEventKind, action: "set" | "delete", decode: (payload: Uint8Array) => unknown]
> = {
  [RTM.NEWLINK]: ["link", "set", decodeLink],
  [RTM.DELLINK]: ["link", "delete", decodeLink],
  [RTM.NEWADDR]: ["address", "set", decodeAddress],
  [RTM.DELADDR]: ["address", "delete", decodeAddress],
  [RTM.NEWROUTE]: ["route", "set", decodeRoute],
  [RTM.DELROUTE]: ["route", "delete", decodeRoute],
  [RTM.NEWNEIGH]: ["neighbour", "set", decodeNeighbour],
  [RTM.DELNEIGH]: ["neighbour", "delete", decodeNeighbour],
  [RTM.NEWRULE]: ["rule", "set", decodeRule],
  [RTM.DELRULE]: ["rule", "delete", decodeRule],
};

/**
 * Reports changes of the network configuration as they happen: `ip monitor`. It starts immediately, not with the first
 * iteration: it reports every change after this call, so list the state after calling it. Permission: `--allow-ffi`; no
 * capability is needed.
 *
 * @param kinds What to watch.
 * @param options A signal that ends it; the iteration then rejects with the signal's reason.
 * @returns The changes, to iterate over or to close.
 * @throws {TypeError} If the kinds are not an array, or one is unknown.
 * @throws {SystemError} If the kernel refuses.
 * @see {@link https://man7.org/linux/man-pages/man7/rtnetlink.7.html | rtnetlink(7)}
 *
 * @example Keep track of this machine's addresses
 * ```ts
 * import { listAddresses, watch } from "@berkeley/sockets/netlink/route";
 * import { assert } from "@std/assert";
 *
 * using changes = watch(["address"]);
 * const known = new Set((await listAddresses()).map(({ address }) => address));
 * assert(known.has("127.0.0.1"));
 * const follow = async () => {
 *   for await (const event of changes) {
 *     if (event.kind === "address" && event.action === "set") known.add(event.value.address);
 *     if (event.kind === "address" && event.action === "delete") known.delete(event.value.address);
 *     if (event.kind === "overrun") return; // list again
 *   }
 * };
 * const done = follow();
 * changes[Symbol.dispose]();
 * await done;
 * ```
 */
export function watch(kinds: readonly RouteEventKind[], options: WatchOptions = {}): RouteWatcher {
  checkArgumentCount("call watch", arguments.length, "kinds", "options");
  options = checkWaitOptions("watch", options, WATCH_OPTIONS);
  const groups = listOf("watch", "kinds", kinds).flatMap((kind) => oneOf("watch", "kind", kind, GROUPS));
  const { signal, netlink = NetlinkSocket.open(NL.NETLINK_ROUTE) } = options;
  const close = (): void => {
    signal?.removeEventListener("abort", close);
    netlink.close();
  };
  try {
    for (const group of groups) netlink.join(group);
  } catch (error) {
    close();
    throw error;
  }
  const events = decoded(netlink, kinds, signal, close);
  const done = async (): Promise<IteratorResult<RouteEvent>> => {
    close();
    return await events.return();
  };
  signal?.addEventListener("abort", close, { once: true });
  return {
    next: () => events.next(),
    return: done,
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.dispose]: close,
  };
}

async function* decoded(
  netlink: Pick<NetlinkSocket, "events">,
  kinds: readonly RouteEventKind[],
  signal: AbortSignal | undefined,
  close: () => void,
): AsyncGenerator<RouteEvent, void, void> {
  try {
    for await (const message of netlink.events(signal === undefined ? {} : { signal })) {
      if (message.type === NL.NLMSG_OVERRUN) yield { kind: "overrun" };
      const event = eventOf(message, kinds);
      if (event !== undefined) yield event;
    }
    signal?.throwIfAborted();
  } finally {
    close();
  }
}

function eventOf({ type, payload }: NetlinkMessage, kinds: readonly RouteEventKind[]): RouteEvent | undefined {
  const [kind, action, decode] = EVENTS[type] ?? [];
  if (kind === undefined || decode === undefined || !kinds.includes(kind)) return undefined;
  if (!FAMILIES[kind].includes(payload[0] ?? -1)) return undefined;
  return { kind, action, value: decode(payload) } as RouteEvent;
}
