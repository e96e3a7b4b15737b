import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkObject } from "../../checks/check_object.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { NL } from "../constants.ts";
import { NETLINK_OPTIONS, type NetlinkOptions } from "../netlink_options.ts";
import { decodeAddress, encodeAddress, IFADDRMSG_SIZE } from "./_address.ts";
import { askRoute, familiesOf, linkIndex } from "./_ask.ts";
import { SCOPES } from "./_names.ts";
import { RTM } from "./_rtm.ts";
import type { LinkAddress, NewAddress } from "./address.ts";
import type { RouteScope } from "./route.ts";

/** Selects addresses; omitted fields match any. */
export interface AddressFilter {
  /** `AF_INET` or `AF_INET6`. */
  family?: number;
  /** Index of the interface. */
  interfaceIndex?: number;
  /** The scope. */
  scope?: RouteScope;
}

const LIST_OPTIONS: OptionNames<AddressFilter & NetlinkOptions> = {
  ...NETLINK_OPTIONS,
  family: true,
  interfaceIndex: true,
  scope: true,
};
const ADDRESS_FIELDS: OptionNames<NewAddress> = {
  link: true,
  address: true,
  peer: true,
  broadcast: true,
  scope: true,
  label: true,
  flags: true,
  preferredLifetime: true,
  validLifetime: true,
  metric: true,
};

/**
 * Lists the addresses of the interfaces: `ip address`. Permission: `--allow-ffi`; no capability is needed.
 *
 * @param options Which addresses, and how long to wait.
 * @returns The addresses, IPv4 first, then IPv6.
 * @throws {TypeError} If the scope is unknown.
 * @throws {SystemError} If the kernel refuses.
 * @see {@link https://man7.org/linux/man-pages/man7/rtnetlink.7.html | rtnetlink(7)}
 *
 * @example Usage
 * ```ts
 * import { listAddresses } from "@berkeley/sockets/netlink/route";
 * import { assert } from "@std/assert";
 *
 * assert((await listAddresses()).some(({ address }) => address === "127.0.0.1"));
 * ```
 */
export async function listAddresses(options: AddressFilter & NetlinkOptions = {}): Promise<LinkAddress[]> {
  checkArgumentCount("call listAddresses", arguments.length, "options");
  checkObject("list the addresses", "options", options);
  const { family, interfaceIndex, scope } = options;
  if (scope !== undefined) SCOPES.number(scope); // a misspelt one would match none
  const found = await askRoute("list the addresses", options, async (ask) => {
    const addresses: LinkAddress[] = [];
    for (const each of familiesOf(family)) {
      const head = new Uint8Array(IFADDRMSG_SIZE);
      head[0] = each;
      for (const { type, payload } of await ask("dump", RTM.GETADDR, head)) {
        if (type === RTM.NEWADDR && payload[0] === each) addresses.push(decodeAddress(payload));
      }
    }
    return addresses;
  }, LIST_OPTIONS);
  return found.filter((address) =>
    (interfaceIndex === undefined || address.interfaceIndex === interfaceIndex) &&
    (scope === undefined || address.scope === scope)
  );
}

/**
 * Adds an address to an interface: `ip address add`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param address The address, its prefix and the interface.
 * @param options How long to wait.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If the interface already has it (`EEXIST`), there is no such interface (`ENODEV`), or it is not
 * permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { addAddress } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => addAddress({ link: "lo", address: "300.0.0.1/8" }), SyntaxError);
 * ```
 */
export async function addAddress(address: NewAddress, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call addAddress", arguments.length, "address", "options");
  await change("add", RTM.NEWADDR, address, NL.NLM_F_CREATE | NL.NLM_F_EXCL, options);
}

/**
 * Adds an address to an interface, or changes the lifetimes, flags and metric of an existing one: `ip address replace`.
 * Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param address The address, its prefix and the interface.
 * @param options How long to wait.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If there is no such interface (`ENODEV`), or it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { replaceAddress } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => replaceAddress({ link: "no-such-link", address: "192.0.2.1/24" }), Error, "(ENODEV)");
 * ```
 */
export async function replaceAddress(address: NewAddress, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call replaceAddress", arguments.length, "address", "options");
  await change("replace", RTM.NEWADDR, address, NL.NLM_F_CREATE | NL.NLM_F_REPLACE, options);
}

/**
 * Deletes an address from an interface: `ip address delete`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param address The address, its prefix and the interface.
 * @param options How long to wait.
 * @throws {SyntaxError} If an address is invalid.
 * @throws {SystemError} If the interface does not have it (`EADDRNOTAVAIL`), there is no such interface (`ENODEV`), or
 * it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { deleteAddress } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => deleteAddress({ link: "lo", address: "192.0.2.1/24" }), Error, "Cannot delete address");
 * ```
 */
export async function deleteAddress(address: NewAddress, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call deleteAddress", arguments.length, "address", "options");
  await change("delete", RTM.DELADDR, address, 0, options);
}

async function change(
  verb: string,
  type: number,
  address: NewAddress,
  flags: number,
  options: NetlinkOptions,
): Promise<void> {
  address = checkOptions(`${verb} an address`, address, ADDRESS_FIELDS);
  encodeAddress(address, 1); // refuses an invalid address before any request
  await askRoute(`${verb} address ${address.address} of ${address.link}`, options, async (ask) => {
    return await ask("request", type, encodeAddress(address, await linkIndex(ask, address.link)), flags);
  });
}
