import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkObject } from "../../checks/check_object.ts";
import { listOf } from "../../checks/list_of.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { NL } from "../constants.ts";
import { NETLINK_OPTIONS, type NetlinkOptions } from "../netlink_options.ts";
import { askRoute, familiesOf, linkIndex } from "./_ask.ts";
import { decodeNeighbour, encodeNeighbour, NDMSG_SIZE, NEIGHBOUR_STATES, NTF_PROXY } from "./_neighbour.ts";
import { RTM } from "./_rtm.ts";
import type { Neighbour, NeighbourState, NewNeighbour } from "./neighbour.ts";

/** Selects neighbours; omitted fields match any, except that entries without address resolution are left out. */
export interface NeighbourFilter {
  /** `AF_INET` or `AF_INET6`. */
  family?: number;
  /** Index of the interface. */
  interfaceIndex?: number;
  /** The states, of which it must have one. Default: all except `NOARP` and `NONE`, as in `ip`. */
  states?: NeighbourState[];
  /**
   * Whether to list the addresses that this machine answers for, instead of those it learned.
   *
   * @default {false}
   */
  proxy?: boolean;
}

const LIST_OPTIONS: OptionNames<NeighbourFilter & NetlinkOptions> = {
  ...NETLINK_OPTIONS,
  family: true,
  interfaceIndex: true,
  proxy: "boolean",
  states: true,
};
const NEIGHBOUR_FIELDS: OptionNames<NewNeighbour> = {
  link: true,
  address: true,
  hardwareAddress: true,
  state: true,
  flags: true,
  protocol: true,
};

/**
 * Lists the ARP and NDP tables: `ip neigh`. Permission: `--allow-ffi`; no capability is needed.
 *
 * @param options Which neighbours, and how long to wait.
 * @returns The neighbours, IPv4 first, then IPv6.
 * @throws {TypeError} If a state is unknown.
 * @throws {SystemError} If the kernel refuses.
 * @see {@link https://man7.org/linux/man-pages/man7/rtnetlink.7.html | rtnetlink(7)}
 *
 * @example Usage
 * ```ts
 * import { listNeighbours } from "@berkeley/sockets/netlink/route";
 * import { assert } from "@std/assert";
 *
 * for (const { address, hardwareAddress } of await listNeighbours()) console.log(address, hardwareAddress);
 * assert(Array.isArray(await listNeighbours({ proxy: true })));
 * ```
 */
export async function listNeighbours(options: NeighbourFilter & NetlinkOptions = {}): Promise<Neighbour[]> {
  checkArgumentCount("call listNeighbours", arguments.length, "options");
  checkObject("list the neighbours", "options", options);
  const { family, interfaceIndex, states, proxy = false } = options;
  NEIGHBOUR_STATES.bits(listOf("list the neighbours", "states", states ?? [])); // a misspelt one would match none
  const found = await askRoute("list the neighbours", options, async (ask) => {
    const neighbours: Neighbour[] = [];
    for (const each of familiesOf(family)) {
      const head = new Uint8Array(NDMSG_SIZE);
      head[0] = each;
      if (proxy) head[10] = NTF_PROXY; // ndm_flags
      for (const { type, payload } of await ask("dump", RTM.GETNEIGH, head)) {
        if (type === RTM.NEWNEIGH && payload[0] === each) neighbours.push(decodeNeighbour(payload));
      }
    }
    return neighbours;
  }, LIST_OPTIONS);
  return found.filter(({ interfaceIndex: index, state }) =>
    (interfaceIndex === undefined || index === interfaceIndex) &&
    (states === undefined
      ? proxy || (state.length > 0 && !state.includes("NOARP"))
      : state.some((one) => states.includes(one)))
  );
}

/**
 * Adds a neighbour: `ip neigh add`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param neighbour The neighbour.
 * @param options How long to wait.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If it exists (`EEXIST`), there is no such interface (`ENODEV`), or it is not permitted
 * (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { addNeighbour } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * const neighbour = { link: "lo", address: "192.0.2.1", hardwareAddress: "not one" };
 * await assertRejects(() => addNeighbour(neighbour), SyntaxError);
 * ```
 */
export async function addNeighbour(neighbour: NewNeighbour, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call addNeighbour", arguments.length, "neighbour", "options");
  await change("add", RTM.NEWNEIGH, neighbour, NL.NLM_F_CREATE | NL.NLM_F_EXCL, options);
}

/**
 * Adds a neighbour, or changes an existing one: `ip neigh replace`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param neighbour The neighbour.
 * @param options How long to wait.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If there is no such interface (`ENODEV`), or it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { replaceNeighbour } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * const neighbour = { link: "no-such-link", address: "192.0.2.1", hardwareAddress: "02:00:00:00:00:01" };
 * await assertRejects(() => replaceNeighbour(neighbour), Error, "(ENODEV)");
 * ```
 */
export async function replaceNeighbour(neighbour: NewNeighbour, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call replaceNeighbour", arguments.length, "neighbour", "options");
  await change("replace", RTM.NEWNEIGH, neighbour, NL.NLM_F_CREATE | NL.NLM_F_REPLACE, options);
}

/**
 * Deletes a neighbour: `ip neigh delete`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param neighbour The neighbour; to delete a proxy, set the flag `"proxy"`.
 * @param options How long to wait.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If it does not exist (`ENOENT`), there is no such interface (`ENODEV`), or it is not permitted
 * (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { deleteNeighbour } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => deleteNeighbour({ link: "lo", address: "nobody" }), SyntaxError);
 * ```
 */
export async function deleteNeighbour(neighbour: NewNeighbour, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call deleteNeighbour", arguments.length, "neighbour", "options");
  await change("delete", RTM.DELNEIGH, neighbour, 0, options);
}

async function change(
  verb: string,
  type: number,
  neighbour: NewNeighbour,
  flags: number,
  options: NetlinkOptions,
): Promise<void> {
  neighbour = checkOptions(`${verb} a neighbour`, neighbour, NEIGHBOUR_FIELDS);
  encodeNeighbour(neighbour, 1); // refuses an invalid address before any request
  await askRoute(`${verb} neighbour ${neighbour.address} on ${neighbour.link}`, options, async (ask) => {
    return await ask("request", type, encodeNeighbour(neighbour, await linkIndex(ask, neighbour.link)), flags);
  });
}
