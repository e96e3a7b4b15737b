import type { Link, LinkAddress, Neighbour, Route, Rule } from "../../netlink/route/mod.ts";
import { runProgram } from "../peers/run_program.ts";

/** A JSON value without its undefined fields. */
export type Json = Record<string, unknown>;

/** What `ip -j …` prints in a network namespace. */
export async function ipJson(namespace: string, ...args: string[]): Promise<Json[]> {
  const text = await runProgram("ip", ["-n", namespace, "-j", ...args]);
  // An address family without entries leaves `{}` or nothing.
  return text.trim() === "" ? [] : JSON.parse(text).filter((value: Json) => Object.keys(value).length > 0);
}

export type NameOf = (index: number | undefined) => string | undefined;

const TABLES: Record<number, string> = { 253: "default", 254: "main", 255: "local" };
const LINK_TYPES: Record<number, string> = { 1: "ether", 772: "loopback" };

/** A link as `ip -d -s -j link` prints it, without its statistics. */
export function linkJson(link: Link, nameOf: NameOf): Json {
  const isElsewhere = link.parentNamespace !== undefined;
  return clean({
    ifindex: link.index,
    link: isElsewhere ? undefined : nameOf(link.parentIndex),
    link_index: isElsewhere ? link.parentIndex : undefined,
    link_netnsid: link.parentNamespace,
    ifname: link.name,
    flags: [
      ...link.flags.filter((flag) => flag !== "RUNNING"),
      ...(link.flags.includes("UP") && !link.flags.includes("RUNNING") ? ["NO-CARRIER"] : []),
    ].sort(),
    mtu: link.mtu,
    qdisc: link.qdisc,
    master: nameOf(link.masterIndex),
    operstate: link.operState,
    linkmode: link.linkMode,
    group: link.group === 0 ? "default" : `${link.group}`,
    txqlen: link.txQueueLength === 0 ? undefined : link.txQueueLength,
    link_type: LINK_TYPES[link.type],
    address: link.address,
    broadcast: link.broadcast,
    permaddr: link.permanentAddress,
    ifalias: link.alias,
    altnames: link.alternativeNames.length === 0 ? undefined : link.alternativeNames,
    promiscuity: link.promiscuity,
    allmulti: link.allMulticast,
    min_mtu: link.minMtu,
    max_mtu: link.maxMtu,
    linkinfo: link.kind === undefined ? undefined : clean({
      info_kind: link.kind,
      info_data: link.vlan === undefined ? undefined : { protocol: link.vlan.protocol, id: link.vlan.id },
      info_slave_kind: link.portKind,
    }),
    inet6_addr_gen_mode: link.ipv6AddressGeneration,
    num_tx_queues: link.txQueues,
    num_rx_queues: link.rxQueues,
    gso_max_size: link.gsoMaxSize,
    gso_max_segs: link.gsoMaxSegments,
    tso_max_size: link.tsoMaxSize,
    tso_max_segs: link.tsoMaxSegments,
    gro_max_size: link.groMaxSize,
    parentbus: link.parentBus,
    parentdev: link.parentDevice,
  });
}

/** A bridge's own data as `ip -d -j link` prints it, as far as we have names for it. */
export function bridgeJson({ bridge }: Link): Json {
  if (bridge === undefined) return {};
  return clean({
    forward_delay: bridge.forwardDelay / 10,
    hello_time: bridge.helloTime / 10,
    max_age: bridge.maxAge / 10,
    ageing_time: bridge.ageingTime / 10,
    stp_state: Number(bridge.stp),
    priority: bridge.priority,
    vlan_filtering: Number(bridge.vlanFiltering),
    vlan_protocol: bridge.vlanProtocol,
    bridge_id: bridgeId(bridge.bridgeId),
    root_id: bridgeId(bridge.rootId),
    root_port: bridge.rootPort,
    root_path_cost: bridge.rootPathCost,
    mcast_snooping: bridge.multicastSnooping === undefined ? undefined : Number(bridge.multicastSnooping),
    vlan_default_pvid: bridge.defaultPvid,
  });
}

/** `ip` leaves out the zeros in front of each byte of the address. */
function bridgeId(id: string): string {
  const [priority = "", address = ""] = id.split(".");
  return `${priority}.${(address.match(/../g) ?? []).map((byte) => parseInt(byte, 16).toString(16)).join(":")}`;
}

/** A port's own data as `ip -d -j link` prints it, as far as we have names for it. */
export function bridgePortJson({ bridgePort: port }: Link): Json {
  if (port === undefined) return {};
  return {
    state: port.state,
    priority: port.priority,
    cost: port.cost,
    hairpin: port.hairpin,
    guard: port.guard,
    root_block: port.rootBlock,
    learning: port.learning,
    flood: port.flood,
    isolated: port.isolated,
  };
}

const ADDRESS_FLAGS: Record<string, string> = {
  OPTIMISTIC: "optimistic",
  DADFAILED: "dadfailed",
  HOMEADDRESS: "home",
  DEPRECATED: "deprecated",
  TENTATIVE: "tentative",
  MANAGETEMPADDR: "mngtmpaddr",
  NOPREFIXROUTE: "noprefixroute",
  MCAUTOJOIN: "autojoin",
  STABLE_PRIVACY: "stable-privacy",
  NODAD: "nodad",
};

/** An address as `ip -j address` prints it. */
export function addressJson(address: LinkAddress): Json {
  const isIpv4 = address.family === 2;
  const flags = address.flags.flatMap((flag) => {
    if (flag === "SECONDARY") return [isIpv4 ? "secondary" : "temporary"];
    return ADDRESS_FLAGS[flag] ?? [];
  });
  return clean({
    family: isIpv4 ? "inet" : "inet6",
    local: address.address,
    address: address.peer,
    prefixlen: address.prefixLength,
    metric: address.metric,
    broadcast: address.broadcast,
    anycast: address.anycast,
    scope: address.scope,
    dynamic: address.flags.includes("PERMANENT") ? undefined : true,
    ...Object.fromEntries(flags.map((flag) => [flag, true])),
    protocol: address.protocol,
    label: address.label,
    valid_life_time: seconds(address.validLifetime),
    preferred_life_time: seconds(address.preferredLifetime),
  });
}

function seconds(value: number): number {
  return value === Infinity ? 4294967295 : value;
}

/** A route as `ip -d -j route show table all` prints it. */
export function routeJson(route: Route, nameOf: NameOf): Json {
  const other = route.family === 2 ? "inet6" : "inet";
  const router = (gateway: string | undefined): Json => {
    if (gateway === undefined) return {};
    const isOther = gateway.includes(":") !== (route.family === 10);
    return isOther ? { via: { family: other, host: gateway } } : { gateway };
  };
  const { metrics } = route;
  return clean({
    type: route.type,
    dst: route.destination.replace(route.family === 2 ? /\/32$/ : /\/128$/, ""),
    from: route.source,
    tos: route.tos === 0 ? undefined : `0x${route.tos.toString(16)}`,
    nhid: route.nextHopId,
    ...router(route.gateway),
    dev: nameOf(route.interfaceIndex),
    table: TABLES[route.table] ?? `${route.table}`,
    protocol: route.protocol,
    scope: route.scope,
    prefsrc: route.preferredSource,
    metric: route.metric,
    flags: route.flags,
    metrics: metrics === undefined ? undefined : [clean({
      mtu: metrics.mtu,
      window: metrics.window,
      advmss: metrics.advertisedMss,
      hoplimit: metrics.hopLimit,
      initcwnd: metrics.initialCongestionWindow,
      congestion: metrics.congestionControl,
    })],
    nexthops: route.nextHops?.map((hop) => ({
      ...router(hop.gateway),
      dev: nameOf(hop.interfaceIndex),
      weight: hop.weight,
      flags: hop.flags,
    })),
    expires: route.expires,
    pref: route.preference,
  });
}

/** A neighbour as `ip -s -j neigh` prints it. */
export function neighbourJson(neighbour: Neighbour, nameOf: NameOf): Json {
  return clean({
    dst: neighbour.address,
    dev: nameOf(neighbour.interfaceIndex),
    lladdr: neighbour.hardwareAddress,
    ...Object.fromEntries(neighbour.flags.map((flag) => [flag, null])),
    refcnt: neighbour.references || undefined,
    used: neighbour.used,
    confirmed: neighbour.confirmed,
    updated: neighbour.updated,
    probes: neighbour.probes,
    state: neighbour.state,
    protocol: neighbour.protocol,
  });
}

/** A rule as `ip -d -j rule` prints it. */
export function ruleJson(rule: Rule): Json {
  const [source, sourceLength] = rule.source?.split("/") ?? [];
  const [destination, destinationLength] = rule.destination?.split("/") ?? [];
  const whole = rule.family === 2 ? "32" : "128";
  const [dport, sport] = [rule.destinationPorts, rule.sourcePorts];
  return clean({
    priority: rule.priority,
    not: rule.not ? null : undefined,
    src: source ?? "all",
    srclen: sourceLength === whole || sourceLength === undefined ? undefined : Number(sourceLength),
    dst: destination,
    dstlen: destinationLength === whole || destinationLength === undefined ? undefined : Number(destinationLength),
    tos: rule.tos === 0 ? undefined : `0x${rule.tos.toString(16)}`,
    fwmark: rule.mark === undefined ? undefined : `0x${rule.mark.toString(16)}`,
    fwmask: rule.markMask === undefined || rule.markMask === 0xffffffff ? undefined : `0x${rule.markMask.toString(16)}`,
    iif: rule.inputInterface,
    iif_detached: rule.inputDetached ? null : undefined,
    oif: rule.outputInterface,
    oif_detached: rule.outputDetached ? null : undefined,
    l3mdev: rule.l3mdev ? null : undefined,
    uid_start: rule.uidRange?.[0],
    uid_end: rule.uidRange?.[1],
    ipproto: rule.ipProtocol === undefined ? undefined : { 6: "tcp", 17: "udp" }[rule.ipProtocol],
    sport: sport !== undefined && sport[0] === sport[1] ? sport[0] : undefined,
    sport_start: sport !== undefined && sport[0] !== sport[1] ? sport[0] : undefined,
    sport_end: sport !== undefined && sport[0] !== sport[1] ? sport[1] : undefined,
    dport: dport !== undefined && dport[0] === dport[1] ? dport[0] : undefined,
    dport_start: dport !== undefined && dport[0] !== dport[1] ? dport[0] : undefined,
    dport_end: dport !== undefined && dport[0] !== dport[1] ? dport[1] : undefined,
    tun_id: rule.tunnelId === undefined ? undefined : Number(rule.tunnelId),
    table: rule.table === undefined ? undefined : TABLES[rule.table] ?? `${rule.table}`,
    suppress_prefixlen: rule.suppressPrefixLength,
    goto: rule.goto,
    action: ["table", "goto"].includes(rule.action) ? undefined : rule.action,
    protocol: rule.protocol,
  });
}

function clean(value: Json): Json {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined));
}
