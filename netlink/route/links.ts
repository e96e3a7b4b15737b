import { checkArgumentCount } from "../../checks/argument_count.ts";
import { checkObject } from "../../checks/check_object.ts";
import { checkOptions, type OptionNames } from "../../checks/option_names.ts";
import { quoted } from "../../checks/quoted.ts";
import { within } from "../../checks/within.ts";
import { concat } from "../_concat.ts";
import { u16Attribute, u32Attribute, u8Attribute } from "../_encode.ts";
import { encodeAttribute } from "../attribute.ts";
import { NL } from "../constants.ts";
import { NETLINK_OPTIONS, type NetlinkOptions } from "../netlink_options.ts";
import { type Ask, askRoute, linkIndex } from "./_ask.ts";
import { hardwareBytes } from "./_ip.ts";
import { decodeLink, IFINFOMSG_SIZE, IFLA, LINK_FLAGS } from "./_link.ts";
import { IFLA_BR, IFLA_INFO, IFLA_VLAN, VLAN_PROTOCOLS } from "./_link_kind.ts";
import { RTM } from "./_rtm.ts";
import type { BridgeInfo, Link, LinkFlag, VlanInfo } from "./link.ts";

const VETH_INFO_PEER = 1;

/** Selects links; omitted fields match any. */
export interface LinkFilter {
  /** The name, or one of the other names. */
  name?: string;
  /** The index. */
  index?: number;
  /** The kind, such as `"veth"`. */
  kind?: string;
  /** Index of the bridge, bond or VRF that it is a port of. */
  masterIndex?: number;
}

/** Settings of a link. */
export interface LinkSettings {
  /** A new name; before Linux 6.2 the link must be down. */
  name?: string;
  /** Whether it is up. */
  up?: boolean;
  /** The MTU, in bytes. */
  mtu?: number;
  /** The hardware address, such as `"02:00:00:00:00:01"`. */
  address?: string;
  /** The bridge, bond or VRF that it becomes a port of, by index or name; 0 removes it. */
  master?: number | string;
  /** The length of the transmit queue, in packets. */
  txQueueLength?: number;
  /** A description. */
  alias?: string;
  /** Its group. */
  group?: number;
  /** Other flags to set or to clear. */
  flags?: Partial<Record<"PROMISC" | "ALLMULTI" | "MULTICAST" | "NOARP" | "DYNAMIC", boolean>>;
  /** The network namespace to move it to, given by a process in it or by a descriptor. */
  namespace?: { pid: number } | { fd: number };
}

/** A virtual link to add. */
export interface NewLink extends Omit<LinkSettings, "name"> {
  /** Its name. Default: the kernel chooses, such as `veth0`. */
  name?: string;
  /** Its kind, such as `"dummy"`, `"veth"`, `"bridge"` or `"vlan"`. */
  kind: string;
  /** The lower interface, by index or name; a VLAN needs it. */
  parent?: number | string;
  /** The other end of a veth. It cannot be `up` from the start (`ENOTCONN`): call {@linkcode changeLink} for that. */
  peer?: Omit<LinkSettings, "master">;
  /** The details of a VLAN, which needs the id. */
  vlan?: Pick<VlanInfo, "id"> & Partial<Pick<VlanInfo, "protocol">>;
  /** The details of a bridge. */
  bridge?: Partial<
    Pick<BridgeInfo, "forwardDelay" | "helloTime" | "maxAge" | "ageingTime" | "stp" | "priority" | "vlanFiltering">
  >;
  /** The details of another kind: encoded attributes, by the kind's numbers. */
  kindData?: Uint8Array[];
}

const LIST_OPTIONS: OptionNames<LinkFilter & NetlinkOptions> = {
  ...NETLINK_OPTIONS,
  name: true,
  index: true,
  kind: true,
  masterIndex: true,
};
const SETTINGS: OptionNames<LinkSettings> = {
  name: true,
  up: "boolean",
  mtu: true,
  address: true,
  master: true,
  txQueueLength: true,
  alias: true,
  group: true,
  flags: true,
  namespace: true,
};

const LINK_FIELDS: OptionNames<NewLink> = {
  ...SETTINGS,
  kind: true,
  parent: true,
  peer: true,
  vlan: true,
  bridge: true,
  kindData: true,
};

/**
 * Lists the network interfaces: `ip -d -s link`. Permission: `--allow-ffi`; no capability is needed.
 *
 * @param options Which links, and how long to wait.
 * @returns The links, sorted by index.
 * @throws {SystemError} If the kernel refuses.
 * @see {@link https://man7.org/linux/man-pages/man7/rtnetlink.7.html | rtnetlink(7)}
 *
 * @example Usage
 * ```ts
 * import { listLinks } from "@berkeley/sockets/netlink/route";
 * import { assertEquals } from "@std/assert";
 *
 * const [loopback] = await listLinks({ name: "lo" });
 * assertEquals([loopback?.type, loopback?.flags.includes("LOOPBACK")], [772, true]);
 * ```
 */
export async function listLinks(options: LinkFilter & NetlinkOptions = {}): Promise<Link[]> {
  checkArgumentCount("call listLinks", arguments.length, "options");
  checkObject("list the links", "options", options);
  const { name, index, kind, masterIndex } = options;
  const messages = await askRoute("list the links", options, (ask) => {
    return ask("dump", RTM.GETLINK, new Uint8Array(IFINFOMSG_SIZE));
  }, LIST_OPTIONS);
  return messages.filter(({ type }) => type === RTM.NEWLINK).map(({ payload }) => decodeLink(payload)).filter((link) =>
    (name === undefined || link.name === name || link.alternativeNames.includes(name)) &&
    (index === undefined || link.index === index) && (kind === undefined || link.kind === kind) &&
    (masterIndex === undefined || link.masterIndex === masterIndex)
  );
}

/**
 * Adds a virtual link: `ip link add`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param link The link. It is down unless `up` is true.
 * @param options How long to wait.
 * @throws {TypeError} If a setting is unknown, or the kind is missing.
 * @throws {SystemError} If the name is taken (`EEXIST`), the kernel does not know the kind (`EOPNOTSUPP`), or it is not
 * permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { addLink } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => addLink({ name: "lo", kind: "no-such-kind" }), Error, "Cannot add link lo");
 * ```
 */
export async function addLink(link: NewLink, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call addLink", arguments.length, "link", "options");
  link = checkOptions("add a link", link, LINK_FIELDS);
  if (typeof link.kind !== "string" || link.kind === "") {
    throw new TypeError(
      `Cannot add a link as kind must be a name such as "veth": current value is ${quoted(link.kind)}`,
    );
  }
  if (link.peer !== undefined) link = { ...link, peer: checkOptions("add a link", link.peer, SETTINGS) };
  await askRoute(`add link ${link.name ?? link.kind}`, options, async (ask) => {
    const { head, attributes } = await encodeSettings(ask, link, 0);
    if (link.parent !== undefined) {
      attributes.push(u32Attribute(IFLA.LINK, await linkIndex(ask, link.parent), "interface below"));
    }
    const info = [encodeAttribute(IFLA_INFO.KIND, link.kind)];
    const data = await encodeKindData(ask, link);
    if (data.length > 0) info.push(encodeAttribute(IFLA_INFO.DATA, data));
    attributes.push(encodeAttribute(IFLA.LINKINFO, info));
    return await ask("request", RTM.NEWLINK, concat([head, ...attributes]), NL.NLM_F_CREATE | NL.NLM_F_EXCL);
  });
}

/**
 * Changes a link: `ip link set`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param link The link, by its index or name.
 * @param settings The settings to change.
 * @param options How long to wait.
 * @throws {SystemError} If there is no such link (`ENODEV`), it refuses the setting, or it is not permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { changeLink } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => changeLink("no-such-link", { up: true }), Error, "Cannot change link no-such-link");
 * ```
 */
export async function changeLink(
  link: number | string,
  settings: LinkSettings,
  options: NetlinkOptions = {},
): Promise<void> {
  checkArgumentCount("call changeLink", arguments.length, "link", "settings", "options");
  settings = checkOptions("change a link", settings, SETTINGS);
  await askRoute(`change link ${link}`, options, async (ask) => {
    const { head, attributes } = await encodeSettings(ask, settings, await linkIndex(ask, link));
    return await ask("request", RTM.NEWLINK, concat([head, ...attributes]));
  });
}

/**
 * Deletes a virtual link, both ends of a veth: `ip link delete`. Permission: `--allow-ffi`, and `CAP_NET_ADMIN`.
 *
 * @param link The link, by its index or name.
 * @param options How long to wait.
 * @throws {SystemError} If there is no such link (`ENODEV`), it is not virtual (`EOPNOTSUPP`), or it is not
 * permitted (`EPERM`).
 *
 * @example Usage
 * ```ts
 * import { deleteLink } from "@berkeley/sockets/netlink/route";
 * import { assertRejects } from "@std/assert";
 *
 * await assertRejects(() => deleteLink("no-such-link"), Error, "Cannot delete link no-such-link");
 * ```
 */
export async function deleteLink(link: number | string, options: NetlinkOptions = {}): Promise<void> {
  checkArgumentCount("call deleteLink", arguments.length, "link", "options");
  await askRoute(`delete link ${link}`, options, async (ask) => {
    const { head } = await encodeSettings(ask, {}, await linkIndex(ask, link));
    return await ask("request", RTM.DELLINK, head);
  });
}

async function encodeSettings(
  ask: Ask,
  settings: LinkSettings,
  index: number,
): Promise<{ head: Uint8Array; attributes: Uint8Array[] }> {
  const { name, up, mtu, address, master, txQueueLength, alias, group, flags = {}, namespace } = settings;
  const switches = Object.entries({ ...flags, ...(up === undefined ? {} : { UP: up }) }) as [LinkFlag, boolean][];
  const head = new Uint8Array(IFINFOMSG_SIZE);
  const view = new DataView(head.buffer);
  view.setInt32(4, index, true);
  view.setUint32(8, LINK_FLAGS.bits(switches.filter(([, on]) => on).map(([flag]) => flag)), true);
  view.setUint32(12, LINK_FLAGS.bits(switches.map(([flag]) => flag)), true); // ifi_change
  const attributes: Uint8Array[] = [];
  if (name !== undefined) attributes.push(encodeAttribute(IFLA.IFNAME, name));
  if (mtu !== undefined) attributes.push(u32Attribute(IFLA.MTU, mtu, "MTU"));
  if (address !== undefined) attributes.push(encodeAttribute(IFLA.ADDRESS, hardwareBytes(address)));
  if (master !== undefined) {
    attributes.push(u32Attribute(IFLA.MASTER, master === 0 ? 0 : await linkIndex(ask, master), "master"));
  }
  if (txQueueLength !== undefined) attributes.push(u32Attribute(IFLA.TXQLEN, txQueueLength, "length of the queue"));
  if (alias !== undefined) attributes.push(encodeAttribute(IFLA.IFALIAS, alias));
  if (group !== undefined) attributes.push(u32Attribute(IFLA.GROUP, group, "group"));
  if (namespace !== undefined) {
    attributes.push(
      "pid" in namespace
        ? u32Attribute(IFLA.NET_NS_PID, namespace.pid, "process")
        : u32Attribute(IFLA.NET_NS_FD, namespace.fd, "descriptor"),
    );
  }
  return { head, attributes };
}

async function encodeKindData(ask: Ask, link: NewLink): Promise<Uint8Array[]> {
  const { peer, vlan, bridge, kindData } = link;
  const data: Uint8Array[] = [];
  if (peer !== undefined) {
    const { head, attributes } = await encodeSettings(ask, peer, 0);
    data.push(encodeAttribute(VETH_INFO_PEER, concat([head, ...attributes])));
  }
  if (vlan !== undefined) {
    within("add a link", "id of a VLAN", vlan.id, 4094);
    data.push(u16Attribute(IFLA_VLAN.ID, vlan.id, "id of a VLAN"));
    const protocol = VLAN_PROTOCOLS.number(vlan.protocol ?? "802.1Q");
    data.push(u16Attribute(IFLA_VLAN.PROTOCOL, protocol, "protocol of a VLAN", true));
  }
  if (bridge !== undefined) {
    const times = { forwardDelay: IFLA_BR.FORWARD_DELAY, helloTime: IFLA_BR.HELLO_TIME, maxAge: IFLA_BR.MAX_AGE };
    for (const [name, type] of Object.entries({ ...times, ageingTime: IFLA_BR.AGEING_TIME })) {
      const value = bridge[name as keyof typeof times];
      if (value !== undefined) data.push(u32Attribute(type, value / 10, name)); // hundredths of a second
    }
    if (bridge.stp !== undefined) data.push(u32Attribute(IFLA_BR.STP_STATE, Number(bridge.stp), "stp"));
    if (bridge.priority !== undefined) data.push(u16Attribute(IFLA_BR.PRIORITY, bridge.priority, "priority"));
    if (bridge.vlanFiltering !== undefined) {
      data.push(u8Attribute(IFLA_BR.VLAN_FILTERING, Number(bridge.vlanFiltering), "vlanFiltering"));
    }
  }
  return [...data, ...kindData ?? []];
}
