import { C } from "../../ffi/mod.ts";
import {
  addAddress,
  addLink,
  addNeighbour,
  addRoute,
  addRule,
  changeLink,
  deleteAddress,
  deleteLink,
  deleteNeighbour,
  deleteRoute,
  deleteRule,
  listAddresses,
  listLinks,
  listNeighbours,
  listRoutes,
  listRules,
  lookUpRoute,
  replaceAddress,
  replaceNeighbour,
  replaceRoute,
  type RouteEvent,
  watch,
} from "../../netlink/route/mod.ts";
import { NAMESPACES } from "../peers/network_namespace.ts";
import { assert, assertEquals, assertRejects, assertThrows, type Need, test } from "../runner/mod.ts";
import {
  addressJson,
  bridgeJson,
  bridgePortJson,
  type Json,
  linkJson,
  neighbourJson,
  routeJson,
  ruleJson,
} from "./ip_json.ts";
import { RouteScene } from "./route_scene.ts";

const needs: Need[] = [...NAMESPACES, "sys"];
function namespaceTest(name: string, run: () => Promise<void>): void {
  test(name, { needs }, run);
}

const ADDRESSES = [
  "addr add 10.1.0.1/24 broadcast + dev left label left:x metric 7",
  "addr add 10.1.0.7/24 dev left",
  "addr add 10.1.1.1 peer 10.1.1.2/32 dev left valid_lft 1000 preferred_lft 500",
  "addr add fd01::1/64 dev left nodad noprefixroute",
  "addr add fd01::2/64 dev left nodad valid_lft 2000 preferred_lft 0",
];
const ROUTES = [
  "route add blackhole 10.20.0.0/16",
  "route add unreachable 10.21.0.0/16 metric 9",
  "route add prohibit 10.22.0.1",
  "route add 10.23.0.0/16 via 10.9.0.2 metric 50 mtu 1400 advmss 1300 window 5000 initcwnd 20 congctl cubic",
  "route add default nexthop via 10.9.0.3 weight 2 nexthop via 10.9.0.4 dev left",
  "route add 10.24.0.0/16 via inet6 fd09::3 dev left",
  "route add 10.25.0.0/16 dev left table 77 proto static src 10.9.0.1",
  "route add 10.26.0.0/16 via 192.0.2.1 dev left onlink",
  "route add 10.27.0.0/16 dev left table 70000 proto 99",
  "route add throw 10.28.0.0/16 tos 0x10",
  "route add unreachable fd20::/32 metric 5",
  "-6 route add default via fd09::2 dev left pref high",
  "route add fd21::/32 nexthop via fd09::3 dev left nexthop via fd09::4 dev left weight 3",
  "route add fd22::/32 dev left expires 600 hoplimit 9",
];
const RULES = [
  "rule add from 10.0.0.0/8 iif lo fwmark 5/0xff table 77 prio 100",
  "rule add not to 10.3.0.0/16 dport 80-90 ipproto tcp uidrange 0-100 lookup main suppress_prefixlength 0 prio 101",
  "rule add from 10.7.7.7 sport 53 ipproto udp table 70000 prio 102",
  "rule add blackhole tos 0x10 prio 300",
  "-6 rule add oif left goto 32766 prio 200",
  "-6 rule add from fd01::/32 to fd02::1 unreachable prio 201",
];
const NEIGHBOURS = [
  "neigh add 10.9.0.9 lladdr 02:00:00:00:00:09 dev left",
  "neigh add fd09::9 lladdr 02:00:00:00:00:0a dev left router nud stale",
  "neigh add 10.9.0.10 lladdr 02:00:00:00:00:0b dev left extern_learn nud reachable",
];

namespaceTest(
  "listLinks() tells what `ip -d -s -j link` tells, and every field of `ip -j link` has a name",
  async () => {
    await using scene = await RouteScene.make();
    await scene.ip(
      "link add br0 type bridge forward_delay 400 ageing_time 20000 priority 40",
      "link add v0 type veth peer name v1",
      "link set v0 master br0 up",
      "link set br0 up",
      "link set v1 alias my-alias group 5 txqueuelen 77",
      "link property add dev v1 altname another altname third",
    );
    const [links, nameOf] = [await listLinks(scene.options), await scene.nameOf()];
    const expected = await scene.json("-d", "-s", "link");
    assertEquals(links.length, expected.length);
    assert(links.length >= 5);
    for (const [i, all] of expected.entries()) {
      const { stats64, linkinfo, flags, ...fields } = all as Json & { linkinfo?: Json; flags: string[]; stats64: Json };
      const link = links[i];
      if (link === undefined) throw new Error("a link is missing");
      const { linkinfo: info, ...found } = linkJson(link, nameOf) as Json & { linkinfo?: Json };
      assertEquals(found, { ...fields, flags: flags.filter((flag) => flag !== "M-DOWN").sort() });
      assertEquals([info?.["info_kind"], info?.["info_slave_kind"]], [
        linkinfo?.["info_kind"],
        linkinfo?.["info_slave_kind"],
      ]);
      assertContains(linkinfo?.["info_data"], bridgeJson(link));
      assertContains(linkinfo?.["info_slave_data"], bridgePortJson(link));
      if (link.name === "lo") {
        const { rxBytes, rxPackets, rxErrors, rxDropped, multicast, txBytes, txPackets, collisions } =
          link.statistics ??
            {};
        const { rx, tx } = stats64 as { rx: Json; tx: Json };
        assertEquals([rxBytes, rxPackets, rxErrors, rxDropped, multicast], [
          rx["bytes"],
          rx["packets"],
          rx["errors"],
          rx["dropped"],
          rx["multicast"],
        ]);
        assertEquals([txBytes, txPackets, collisions], [tx["bytes"], tx["packets"], tx["collisions"]]);
      }
    }
    assert(links.some(({ bridge }) => bridge?.forwardDelay === 4000 && bridge.priority === 40));
    assert(links.some(({ bridgePort }) => bridgePort !== undefined));
    assertEquals((await listLinks({ ...scene.options, name: "third" })).map(({ name }) => name), ["v1"]);
    assertEquals((await listLinks({ ...scene.options, kind: "bridge" })).map(({ name }) => name), ["br0"]);
  },
);

namespaceTest("listAddresses() tells what `ip -j address` tells", async () => {
  await using scene = await RouteScene.make();
  await scene.ip(...ADDRESSES);
  await settled(scene);
  const found = await listAddresses(scene.options);
  for (const link of await scene.json("address") as { ifindex: number; addr_info: Json[] }[]) {
    const own = found.filter(({ interfaceIndex }) => interfaceIndex === link.ifindex).map(addressJson);
    assertEquals(own.map(comparable), link.addr_info.map(comparable));
  }
  assertEquals(found.length, 10);
  const filtered = await listAddresses({ ...scene.options, family: C.AF_INET6, scope: "link" });
  assertEquals(filtered.map(({ address }) => address.slice(0, 6)), ["fe80::"]);
});

/** Without the protocol, which ip 6.1 does not print, and with lifetimes that do not change between two listings. */
function comparable({ protocol: _, valid_life_time, preferred_life_time, ...row }: Json): Json {
  const rounded = (seconds: unknown): number => Math.ceil(Number(seconds) / 100) * 100;
  return { ...row, valid: rounded(valid_life_time), preferred: rounded(preferred_life_time) };
}

namespaceTest("listRoutes() tells what `ip -d -j route` tells, of every table", async () => {
  await using scene = await RouteScene.make();
  await scene.ip(...ADDRESSES.slice(0, 3), ...ROUTES);
  await settled(scene);
  const nameOf = await scene.nameOf();
  for (const [family, flag] of [[C.AF_INET, "-4"], [C.AF_INET6, "-6"]] as const) {
    const found = (await listRoutes({ ...scene.options, family, table: "all" })).map((route) =>
      routeJson(route, nameOf)
    );
    const expected = await scene.json(flag, "-d", "route", "show", "table", "all");
    assertEquals(found.map(withoutTime), expected.map(withoutTime));
    assert(found.length > 8);
    const main = (await listRoutes({ ...scene.options, family })).map((route) => routeJson(route, nameOf));
    const shown = (await scene.json(flag, "-d", "route")).map((row) => ({ ...row, table: "main" })); // it is not reported
    assertEquals(main.map(withoutTime), shown.map(withoutTime));
  }
  assertEquals(await listRoutes({ ...scene.options, table: 4_000_000 }), []);
  const [blackhole] = await listRoutes({ ...scene.options, type: "blackhole" });
  assertEquals(blackhole?.destination, "10.20.0.0/16");
  const sameNetworks = [["127.0.0.1", "127.0.0.1/32"], ["0:0::1", "::1/128"], ["FE80:0::/64", "fe80::/64"]] as const;
  for (const [destination, found] of sameNetworks) {
    const routes = await listRoutes({ ...scene.options, destination, table: "all" });
    assert(routes.length > 0, destination);
    for (const route of routes) assertEquals(route.destination, found);
  }
  const routes = await listRoutes({ ...scene.options, destination: "::/0", table: "all" });
  for (const { family } of routes) assertEquals(family, C.AF_INET6);
  await assertRejects(() => listRoutes({ ...scene.options, destination: "10.0.0/8" }), SyntaxError);
});

namespaceTest("listNeighbours() and listRules() tell what `ip -j neigh` and `ip -j rule` tell", async () => {
  await using scene = await RouteScene.make();
  await scene.ip(...RULES, ...NEIGHBOURS, "neigh add proxy 10.9.0.8 dev left");
  const nameOf = await scene.nameOf();
  const found = (await listNeighbours(scene.options)).filter(({ address }) => !address.startsWith("fe80"));
  const neighbours = (await scene.json("-s", "neigh")).filter(({ dst }) => !`${dst}`.startsWith("fe80"));
  const byAddress = (a: Json, b: Json) => `${a["dst"]}`.localeCompare(`${b["dst"]}`);
  const timeless = ({ used: _, confirmed: __, updated: ___, refcnt: ____, ...rest }: Json) => rest;
  assertEquals(
    found.map((neighbour) => timeless(neighbourJson(neighbour, nameOf))).sort(byAddress),
    neighbours.map(timeless).sort(byAddress),
  );
  assertEquals(found.length, 3);
  const proxies = (await listNeighbours({ ...scene.options, proxy: true })).map((
    { address, flags },
  ) => [address, flags]);
  assertEquals(proxies, [["10.9.0.8", ["proxy"]]]);
  for (const [family, flag] of [[C.AF_INET, "-4"], [C.AF_INET6, "-6"]] as const) {
    const rules = (await listRules({ ...scene.options, family })).map(ruleJson);
    assertEquals(rules, await scene.json(flag, "-d", "rule"));
  }
});

namespaceTest("what is added by values is, to `ip`, what `ip` adds", async () => {
  await using byIp = await RouteScene.make();
  await using ours = await RouteScene.make();
  const { options } = ours;
  await byIp.ip(...ADDRESSES, ...ROUTES, ...RULES, ...NEIGHBOURS);

  const link = "left";
  await addAddress({ link, address: "10.1.0.1/24", broadcast: "+", label: "left:x", metric: 7 }, options);
  await addAddress({ link, address: "10.1.0.7/24" }, options);
  await addAddress(
    { link, address: "10.1.1.1", peer: "10.1.1.2/32", validLifetime: 1000, preferredLifetime: 500 },
    options,
  );
  await addAddress({ link, address: "fd01::1/64", flags: ["NODAD", "NOPREFIXROUTE"] }, options);
  await addAddress(
    { link, address: "fd01::2/64", flags: ["NODAD"], validLifetime: 2000, preferredLifetime: 0 },
    options,
  );

  await addRoute({ destination: "10.20.0.0/16", type: "blackhole" }, options);
  await addRoute({ destination: "10.21.0.0/16", type: "unreachable", metric: 9 }, options);
  await addRoute({ destination: "10.22.0.1", type: "prohibit" }, options);
  await addRoute({
    destination: "10.23.0.0/16",
    gateway: "10.9.0.2",
    metric: 50,
    metrics: {
      mtu: 1400,
      advertisedMss: 1300,
      window: 5000,
      initialCongestionWindow: 20,
      congestionControl: "cubic",
    },
  }, options);
  const nextHops = [{ gateway: "10.9.0.3", weight: 2 }, { gateway: "10.9.0.4", link }];
  await addRoute({ destination: "default", nextHops }, options);
  await addRoute({ destination: "10.24.0.0/16", gateway: "fd09::3", link }, options);
  await addRoute(
    { destination: "10.25.0.0/16", link, table: 77, protocol: "static", preferredSource: "10.9.0.1" },
    options,
  );
  await addRoute({ destination: "10.26.0.0/16", gateway: "192.0.2.1", link, flags: ["onlink"] }, options);
  await addRoute({ destination: "10.27.0.0/16", link, table: 70000, protocol: "99" }, options);
  await addRoute({ destination: "10.28.0.0/16", type: "throw", tos: 0x10 }, options);
  await addRoute({ destination: "fd20::/32", type: "unreachable", metric: 5 }, options);
  await addRoute({ destination: "default", gateway: "fd09::2", link, preference: "high" }, options);
  const ways = [{ gateway: "fd09::3", link }, { gateway: "fd09::4", link, weight: 3 }];
  await addRoute({ destination: "fd21::/32", nextHops: ways }, options);
  await addRoute({ destination: "fd22::/32", link, expires: 600, metrics: { hopLimit: 9 } }, options);

  await addRule(
    { source: "10.0.0.0/8", inputInterface: "lo", mark: 5, markMask: 0xff, table: 77, priority: 100 },
    options,
  );
  await addRule({
    not: true,
    destination: "10.3.0.0/16",
    destinationPorts: [80, 90],
    ipProtocol: 6,
    uidRange: [0, 100],
    suppressPrefixLength: 0,
    priority: 101,
  }, options);
  await addRule({ source: "10.7.7.7", sourcePorts: [53, 53], ipProtocol: 17, table: 70000, priority: 102 }, options);
  await addRule({ action: "blackhole", tos: 0x10, priority: 300 }, options);
  await addRule({ family: C.AF_INET6, outputInterface: link, goto: 32766, priority: 200 }, options);
  await addRule({ source: "fd01::/32", destination: "fd02::1", action: "unreachable", priority: 201 }, options);

  await addNeighbour({ link, address: "10.9.0.9", hardwareAddress: "02:00:00:00:00:09" }, options);
  const learnt = { state: ["STALE" as const], flags: ["router" as const] };
  await addNeighbour({ link, address: "fd09::9", hardwareAddress: "02:00:00:00:00:0a", ...learnt }, options);
  const far = { state: ["REACHABLE" as const], flags: ["extern_learn" as const] };
  await addNeighbour({ link, address: "10.9.0.10", hardwareAddress: "02:00:00:00:00:0b", ...far }, options);

  for (const scene of [byIp, ours]) await settled(scene);
  for (
    const what of [
      ["-4", "-d", "route", "show", "table", "all"],
      ["-6", "-d", "route", "show", "table", "all"],
      ["-4", "-d", "rule"],
      ["-6", "-d", "rule"],
      ["neigh"],
      ["address"],
    ]
  ) {
    const [expected, found] = [await byIp.json(...what), await ours.json(...what)];
    const plain = (rows: Json[]) => rows.map((row) => sameEverywhere(withoutTime(row))).sort(byText);
    assertEquals(plain(found), plain(expected), what.join(" "));
  }

  // And what is deleted is gone.
  const before = await listRoutes({ ...options, table: "all" });
  await deleteRoute({ destination: "10.20.0.0/16" }, options);
  await deleteRoute({ destination: "10.25.0.0/16", table: 77 }, options);
  await deleteRoute({ destination: "default", family: C.AF_INET6 }, options);
  await assertRejects(
    () => deleteRoute({ destination: "10.20.0.0/16" }, options),
    Error,
    "Cannot delete route 10.20.0.0/16: No such process (ESRCH)",
  );
  assertEquals((await listRoutes({ ...options, table: "all" })).length, before.length - 3);
  await replaceRoute({ destination: "10.21.0.0/16", type: "prohibit", metric: 9 }, options);
  const [replaced] = await listRoutes({ ...options, destination: "10.21.0.0/16" });
  assertEquals(replaced?.type, "prohibit");
  await deleteRule({ priority: 300 }, options);
  await deleteRule({ family: C.AF_INET6, priority: 200 }, options);
  await assertRejects(() => deleteRule({ priority: 300 }, options), Error, "(ENOENT)");
  assertEquals((await listRules(options)).map(({ priority }) => priority), [
    0,
    100,
    101,
    102,
    32766,
    32767,
    0,
    201,
    32766,
  ]);
  await replaceNeighbour({ link, address: "10.9.0.9", hardwareAddress: "02:00:00:00:00:99" }, options);
  const [neighbour] = (await listNeighbours(options)).filter(({ address }) => address === "10.9.0.9");
  assertEquals(neighbour?.hardwareAddress, "02:00:00:00:00:99");
  await deleteNeighbour({ link, address: "10.9.0.9" }, options);
  await replaceAddress({ link, address: "10.1.0.7/24", validLifetime: 77, preferredLifetime: 70 }, options);
  const [address] = (await listAddresses(options)).filter(({ address }) => address === "10.1.0.7");
  assert(address !== undefined && address.validLifetime <= 77 && address.validLifetime > 60);
  await deleteAddress({ link, address: "10.1.0.7/24" }, options);
  await assertRejects(() => deleteAddress({ link, address: "10.1.0.7/24" }, options), Error, "(EADDRNOTAVAIL)");
});

namespaceTest("addLink(), changeLink() and deleteLink() make what `ip link` shows", async () => {
  await using scene = await RouteScene.make();
  const { options } = scene;
  await addLink(
    { name: "br7", kind: "bridge", bridge: { forwardDelay: 5000, stp: false, priority: 9 }, up: true },
    options,
  );
  await addLink({ name: "va", kind: "veth", address: "02:00:00:00:00:aa", peer: { name: "vb", mtu: 1400 } }, options);
  await changeLink(
    "va",
    { master: "br7", up: true, alias: "the one", txQueueLength: 12, flags: { PROMISC: true } },
    options,
  );
  const [bridge = {}] = await scene.json("-d", "link", "show", "br7");
  const data = (bridge["linkinfo"] as { info_data: Json }).info_data;
  assertEquals([data["forward_delay"], data["stp_state"], data["priority"]], [500, 0, 9]);
  const [va = {}] = await scene.json("-d", "link", "show", "va");
  assertEquals([va["master"], va["ifalias"], va["txqlen"], va["address"]], ["br7", "the one", 12, "02:00:00:00:00:aa"]);
  assert((va["flags"] as string[]).includes("PROMISC") && (va["flags"] as string[]).includes("UP"));
  const [vb = {}] = await scene.json("link", "show", "vb");
  assertEquals([vb["mtu"], vb["link"]], [1400, "va"]);
  const found = await listLinks({ ...options, name: "va" });
  await changeLink(found[0]?.index ?? 0, { master: 0, up: false, name: "vc", mtu: 1280 }, options);
  const [vc = {}] = await scene.json("link", "show", "vc");
  assertEquals([vc["mtu"], vc["master"]], [1280, undefined]);
  await assertRejects(
    () => addLink({ name: "vc", kind: "veth" }, options),
    Error,
    "Cannot add link vc: File exists (EEXIST)",
  );
  await deleteLink("vc", options);
  assertEquals((await listLinks({ ...options, kind: "veth" })).map(({ name }) => name), ["left"]);
  await assertRejects(() => changeLink("left", { mtu: 5 }, options), Error, "(EINVAL)");
});

namespaceTest("lookUpRoute() finds the way that `ip route get` finds", async () => {
  await using scene = await RouteScene.make();
  await scene.ip(
    "route add 10.30.0.0/16 via 10.9.0.2",
    "route add 10.31.0.0/16 dev left table 5",
    "route add prohibit 10.32.0.0/16",
    "rule add fwmark 9 table 5",
  );
  const nameOf = await scene.nameOf();
  for (const [address, mark] of [["10.30.1.1", 0], ["10.31.1.1", 9], ["fd09::7", 0], ["127.0.0.1", 0]] as const) {
    const [expected = {}] = await scene.json("route", "get", address, "mark", `${mark}`);
    const found = await lookUpRoute(address, { ...scene.options, ...(mark === 0 ? {} : { mark }) });
    const json = routeJson(found, nameOf);
    for (const name of ["dst", "gateway", "dev", "prefsrc", "table"]) {
      assertEquals(json[name], name === "table" && mark === 0 ? json[name] : expected[name], `${address} ${name}`);
    }
  }
  const source = { ...scene.options, source: "10.9.0.1", outputLink: "left" };
  assertEquals((await lookUpRoute("10.30.1.1", source)).gateway, "10.9.0.2");
  await assertRejects(() => lookUpRoute("10.32.0.1", scene.options), Error, "(EACCES)");
  await assertRejects(() => lookUpRoute("192.0.2.1", scene.options), Error, "(ENETUNREACH)");
});

namespaceTest("listRoutes() lists 3000 routes while others come and go, and none that stays is missing", async () => {
  await using scene = await RouteScene.make();
  const lines = (verb: string, second: number, count: number) =>
    Array.from({ length: count }, (_, i) => `route ${verb} blackhole 10.${second}.${i >> 8}.${i & 255}/32`);
  await scene.ip(...lines("add", 60, 3000), ...lines("add", 61, 200));
  let goesOn = true;
  const churn = (async () => {
    while (goesOn) await scene.ip(...lines("del", 61, 200), ...lines("add", 61, 200));
  })();
  const began = performance.now();
  for (let round = 0; round < 20; round++) {
    const routes = await listRoutes({ ...scene.options, family: C.AF_INET });
    const kept = new Set(routes.map(({ destination }) => destination).filter((text) => text.startsWith("10.60.")));
    assertEquals(kept.size, 3000);
  }
  console.log(`20 lists of 3,000 routes under churn: ${Math.round(performance.now() - began)} ms`);
  goesOn = false;
  await churn;
});

namespaceTest("watch() tells what changes, in order, and nothing else", async () => {
  await using scene = await RouteScene.make();
  using changes = watch(["address", "route", "neighbour", "rule", "link"], { netlink: scene.open() });
  await scene.ip(
    "addr add 10.40.0.1/24 dev left",
    "route add blackhole 10.41.0.0/16",
    "route del blackhole 10.41.0.0/16",
    "neigh add 10.9.0.77 lladdr 02:00:00:00:00:77 dev left",
    "rule add from 10.42.0.0/16 table 9",
    "link set left mtu 1333",
    "addr del 10.40.0.1/24 dev left",
  );
  const seen: string[] = [];
  for await (const event of changes) {
    const text = textOf(event);
    if (text !== undefined) seen.push(text);
    if (event.kind === "address" && event.action === "delete") break;
  }
  assertEquals(seen, [
    "address set 10.40.0.1",
    "route set 10.41.0.0/16",
    "route delete 10.41.0.0/16",
    "neighbour set 10.9.0.77",
    "rule set 10.42.0.0/16",
    "link set 1333",
    "address delete 10.40.0.1",
  ]);
  assertEquals(await changes.next(), { value: undefined, done: true }); // the loop was left: it is closed
});

namespaceTest(
  "watch() of only some kinds tells no others, follows 3000 changes, and says where it lost some",
  async () => {
    await using scene = await RouteScene.make();
    const controller = new AbortController();
    using changes = watch(["route"], { netlink: scene.open(), signal: controller.signal });
    const known = new Set<string>();
    let overruns = 0;
    const follow = (async () => {
      for await (const event of changes) {
        if (event.kind === "overrun") {
          overruns++;
          const all = await listRoutes({ ...scene.options, family: C.AF_INET });
          known.clear();
          for (const { destination } of all) known.add(destination);
        } else if (event.kind === "route" && event.value.family === C.AF_INET && event.value.table === 254) {
          if (event.action === "set") known.add(event.value.destination);
          else known.delete(event.value.destination);
          if (event.value.destination === "10.99.0.0/16") return;
        } else if (event.kind !== "route") throw new Error(`a ${event.kind} is told`);
      }
    })();
    const lines = Array.from({ length: 3000 }, (_, i) => `route add blackhole 10.62.${i >> 8}.${i & 255}/32`);
    await scene.ip(
      "link set left mtu 1444",
      ...lines,
      ...lines.slice(0, 1000).map((line) => line.replace("add", "del")),
    );
    await new Promise((resolve) => setTimeout(resolve, 200));
    await scene.ip("route add blackhole 10.99.0.0/16");
    await follow;
    assertEquals([...known].filter((text) => text.startsWith("10.62.")).length, 2000);
    console.log(`3,000 routes added and 1,000 deleted: ${overruns} overruns`);
  },
);

namespaceTest("watch() ends with its signal, before or while it waits", async () => {
  const controller = new AbortController();
  using changes = watch(["link"], { signal: controller.signal });
  const waiting = changes.next();
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  assertThrows(() => watch(["link"], { signal: controller.signal }), Error, "enough");
  assertThrows(() => watch("link" as never), TypeError, 'kinds must be an array: current value is "link"');
  assertThrows(() => watch(["links" as "link"]), TypeError, "must be one of link, address, route, neighbour, rule");
});

test("invalid arguments are refused before any request", async () => {
  const netlink = {
    request: () => Promise.reject(new Error("asked")),
    dump: () => Promise.reject(new Error("asked")),
  };
  const options = { netlink };
  await assertRejects(() => addRoute({ destination: "10.0.0.0/33" }, options), RangeError);
  await assertRejects(() => addRoute({ destination: "10.0.0.0/8", gateway: "x" }, options), SyntaxError);
  await assertRejects(() => addRoute({ destination: "fd00::/8", gateway: "10.0.0.1" }, options), TypeError, "mix");
  await assertRejects(
    () => addRoute({ destination: "10.0.0.0/8", type: "blakhole" as "blackhole" }, options),
    TypeError,
    "blackhole",
  );
  await assertRejects(() => addAddress({ link: 1, address: "fe80::1%eth0/64" }, options), SyntaxError);
  await assertRejects(() => addAddress({ link: 1, address: "default" }, options), TypeError);
  await assertRejects(
    () => addNeighbour({ link: 1, address: "10.0.0.1", hardwareAddress: "0g:00" }, options),
    SyntaxError,
  );
  await assertRejects(() => addRule({ source: "10.0.0.0/8", destination: "fd00::/8" }, options), TypeError, "mix");
  // The first of all rules is that of the machine's own addresses: without it, 127.0.0.1 is not reached any more.
  for (
    const nothing of [{}, { family: C.AF_INET }, { family: C.AF_INET6, not: false, priority: undefined } as object]
  ) {
    await assertRejects(() => deleteRule(nothing, options), TypeError, "pass at least one field besides family");
    await assertRejects(() => addRule(nothing, options), TypeError, "pass at least one field besides family");
  }
  const misspelt = { destination: "10.0.0.0/8", gatway: "10.0.0.1" };
  await assertRejects(() => addRoute(misspelt, options), TypeError, "there is no option gatway: did you mean gateway?");
  await assertRejects(() => listRoutes({ ...options, tabl: 5 } as object), TypeError, "did you mean table?");
  const link = { ...options, link: "lo" } as object;
  await assertRejects(() => listAddresses(link), TypeError, "there is no option link: did you mean interfaceIndex?");
  const addr = { dev: "lo", address: "10.0.0.1/8" } as never;
  await assertRejects(() => addAddress(addr, options), TypeError, "there is no option dev: did you mean link?");
  // What none can have would match none, as if there were none.
  await assertRejects(() => listAddresses({ ...options, scope: "globall" as "global" }), TypeError, "one of global");
  await assertRejects(() => listRoutes({ ...options, type: "locl" as "local" }), TypeError, "one of none, unicast");
  await assertRejects(() => listRoutes({ ...options, protocol: "krnl" as "kernel" }), TypeError, "one of unspec");
  await assertRejects(() => listNeighbours({ ...options, states: ["STAL" as "STALE"] }), TypeError, "STALE");
  await assertRejects(() => listNeighbours({ ...options, states: "STALE" } as object), TypeError, "must be an array");
  for (const kind of [undefined, "", 5] as never[]) {
    await assertRejects(() => addLink({ name: "x", kind }, options), TypeError, "kind must be a name such as");
  }
  await assertRejects(() => deleteLink(0, options), RangeError, "must be 1 to 2147483647");
  await assertRejects(() => listRoutes({ ...options, family: 99 }), RangeError, "AF_INET");
  await assertRejects(() => addLink({ kind: "vlan", parent: 1, vlan: { id: 4095 } }, options), RangeError, "4094");
});

/** Fields that differ between two otherwise equal machines: hardware addresses, and what follows from them. */
function sameEverywhere(row: Json): Json {
  const text = JSON.stringify(row)
    .replaceAll(/fe80::[\da-f:]+/g, "fe80::x")
    .replaceAll(/ff02::1:ff[\da-f:]+/g, "ff02::1:ffx")
    .replaceAll(/"(address|broadcast|lladdr)":"(?:[\da-f]{2}:){5}[\da-f]{2}"/g, '"$1":"mac"');
  return JSON.parse(text);
}

/** Without fields that count down. */
function withoutTime(row: Json): Json {
  const { expires: _, addr_info: addresses, ...rest } = row as Json & { addr_info?: Json[] };
  if (addresses === undefined) return rest;
  return {
    ...rest,
    addr_info: addresses.map((address) => ({ ...address, valid_life_time: 0, preferred_life_time: 0 })),
  };
}

function byText(a: Json, b: Json): number {
  return JSON.stringify(a).localeCompare(JSON.stringify(b));
}

function assertContains(whole: unknown, part: Json): void {
  for (const [name, value] of Object.entries(part)) assertEquals((whole as Json)?.[name], value, name);
}

/** Waits until no address is tentative any more. */
async function settled(scene: RouteScene): Promise<void> {
  for (let i = 0; i < 100; i++) {
    if ((await listAddresses(scene.options)).every(({ flags }) => !flags.includes("TENTATIVE"))) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** What the test itself changed; `undefined` for the kernel's own changes. */
function textOf(event: RouteEvent): string | undefined {
  if (event.kind === "overrun") return "overrun";
  const { kind, action, value } = event;
  switch (kind) {
    case "address":
      return value.address.startsWith("10.40.") ? `${kind} ${action} ${value.address}` : undefined;
    case "route":
      return value.destination.startsWith("10.41.") ? `${kind} ${action} ${value.destination}` : undefined;
    case "neighbour":
      return value.address === "10.9.0.77" ? `${kind} ${action} ${value.address}` : undefined;
    case "rule":
      return `${kind} ${action} ${value.source}`;
    case "link":
      return value.mtu === 1333 ? `${kind} ${action} ${value.mtu}` : undefined;
  }
}
