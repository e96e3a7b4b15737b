import { C } from "../../ffi/mod.ts";
import { encodeAttribute, encodeMessage, type NetlinkMessage, NetlinkSocket, NL } from "../../netlink/mod.ts";
import { inNetworkNamespace, SO_RCVBUF, Socket } from "../../socket/mod.ts";
import { namespacePair, NAMESPACES } from "../peers/network_namespace.ts";
import { runProgram } from "../peers/run_program.ts";
import { assert, assertEquals, assertRejects, assertThrows, type Need, test } from "../runner/mod.ts";

const needs: Need[] = [...NAMESPACES, "sys"];
const [RTM_NEWLINK, RTM_NEWROUTE, RTM_DELROUTE, RTM_NEWNEIGH] = [16, 24, 25, 28];
const [RTNLGRP_LINK, RTNLGRP_IPV4_ROUTE] = [1, 7];
const IFLA_IFNAME = 3;
/** `struct sockaddr_nl`: the kernel chooses the port. */
const ANY_PORT = new Uint8Array([C.AF_NETLINK, ...new Uint8Array(11)]);

function namespaceTest(name: string, run: () => Promise<void>): void {
  test(name, { needs }, run);
}

async function take(events: AsyncGenerator<NetlinkMessage>, count: number): Promise<NetlinkMessage[]> {
  const taken: NetlinkMessage[] = [];
  while (taken.length < count) {
    const { value, done } = await events.next();
    if (done || value === undefined) break;
    taken.push(value);
  }
  return taken;
}

namespaceTest(
  "NetlinkSocket.events() tells what `ip` changes in the groups that were joined, and nothing else",
  async () => {
    await using pair = await namespacePair();
    const { name, path } = pair.left;
    using netlink = inNetworkNamespace(path, () => NetlinkSocket.open(NL.NETLINK_ROUTE));
    netlink.join(RTNLGRP_IPV4_ROUTE);
    const events = netlink.events({ signal: AbortSignal.timeout(20_000) });
    await runProgram("ip", ["-n", name, "neigh", "add", "10.9.0.9", "lladdr", "02:00:00:00:00:09", "dev", "left"]);
    await runProgram("ip", ["-n", name, "route", "add", "blackhole", "10.50.0.0/16"]);
    await runProgram("ip", ["-n", name, "route", "del", "blackhole", "10.50.0.0/16"]);
    assertEquals((await take(events, 2)).map(({ type }) => type), [RTM_NEWROUTE, RTM_DELROUTE]);

    netlink.join(RTNLGRP_LINK);
    await runProgram("ip", ["-n", name, "link", "set", "left", "mtu", "1400"]);
    assertEquals((await take(events, 1)).map(({ type }) => type), [RTM_NEWLINK]);
  },
);

namespaceTest("NetlinkSocket.events() tells an overrun and goes on", async () => {
  await using pair = await namespacePair();
  const { name, path } = pair.left;
  const socket = inNetworkNamespace(path, () => Socket.open(C.AF_NETLINK, C.SOCK_RAW, NL.NETLINK_ROUTE));
  socket.set(SO_RCVBUF, 4096);
  socket.bind(ANY_PORT);
  using netlink = new NetlinkSocket(socket);
  netlink.join(RTNLGRP_IPV4_ROUTE);
  const batch = (verb: string) =>
    runProgram(
      "ip",
      ["-n", name, "-batch", "-"],
      Array.from({ length: 500 }, (_, i) => `route ${verb} blackhole 10.51.${i >> 8}.${i & 255}/32\n`).join(""),
    );
  await batch("add");
  const events = netlink.events({ signal: AbortSignal.timeout(20_000) });
  let before = 0;
  for await (const { type } of events) {
    if (type === NL.NLMSG_OVERRUN) break;
    before++;
  }
  assert(before > 0 && before < 500, `${before} events came before the overrun`);
  // Now everything is reported again.
  await runProgram("ip", ["-n", name, "route", "add", "blackhole", "10.52.0.0/16"]);
  const [next] = await take(netlink.events({ signal: AbortSignal.timeout(20_000) }), 1);
  assertEquals([next?.type, next?.payload[1]], [RTM_NEWROUTE, 16]);
});

namespaceTest("NetlinkSocket drops what another program sends to it", async () => {
  await using pair = await namespacePair();
  const open = () => Socket.open(C.AF_NETLINK, C.SOCK_RAW, NL.NETLINK_ROUTE);
  const [socket, stranger] = inNetworkNamespace(pair.left.path, () => [open(), open()] as const);
  using _ = stranger;
  using netlink = new NetlinkSocket(socket);
  socket.bind(ANY_PORT);
  netlink.join(RTNLGRP_LINK);
  const events = netlink.events({ signal: AbortSignal.timeout(20_000) });
  const forged = encodeMessage({ type: RTM_NEWNEIGH, payload: encodeAttribute(IFLA_IFNAME, "forged") });
  await stranger.sendto(forged, socket.localSockaddr());
  await runProgram("ip", ["-n", pair.left.name, "link", "set", "left", "mtu", "1399"]);
  assertEquals((await take(events, 1)).map(({ type }) => type), [RTM_NEWLINK]);
});

namespaceTest("NetlinkSocket.request() creates with NLM_F_CREATE, and NLM_F_EXCL refuses what is there", async () => {
  await using pair = await namespacePair();
  using netlink = inNetworkNamespace(pair.left.path, () => NetlinkSocket.open(NL.NETLINK_ROUTE));
  // struct rtmsg: family, dst_len, src_len, tos, table, protocol, scope, type (6 is RTN_BLACKHOLE), flags
  const head = [C.AF_INET, 16, 0, 0, 254, 4, 0, 6, 0, 0, 0, 0];
  const payload = new Uint8Array([...head, ...encodeAttribute(1, new Uint8Array([10, 60, 0, 0]))]);
  const flags = NL.NLM_F_CREATE | NL.NLM_F_EXCL;
  assertEquals(await netlink.request(RTM_NEWROUTE, payload, { flags }), []);
  const table = JSON.parse(await runProgram("ip", ["-n", pair.left.name, "-j", "route", "list", "10.60.0.0/16"]));
  assertEquals(table.map(({ type }: { type: string }) => type), ["blackhole"]);
  const error = await assertRejects(() => netlink.request(RTM_NEWROUTE, payload, { flags }), Error, "(EEXIST)");
  assertEquals((error as Error & { errno: number }).errno, 17);
});

test("NetlinkSocket checks strictly: a dump with a filter that the kernel does not support is refused, with a message", async () => {
  using netlink = NetlinkSocket.open(NL.NETLINK_ROUTE);
  const RTM_GETLINK = 18;
  const ifinfomsg = new Uint8Array(16);
  ifinfomsg[4] = 1; // ifi_index
  const error = await assertRejects(() => netlink.dump(RTM_GETLINK, ifinfomsg, { action: "list links" }), Error);
  const { text } = error as Error & { text: string };
  assert(/link dump/.test(text), text); // in the words of this kernel
  assertEquals(error.message, `Cannot list links: ${text} (EINVAL)`);
});

test("NetlinkSocket reports which attribute a request lacks, or which is wrong", async () => {
  using netlink = NetlinkSocket.open(NL.NETLINK_GENERIC);
  const tooLong = encodeAttribute(NL.CTRL_ATTR_FAMILY_NAME, "x".repeat(40));
  const request = new Uint8Array([NL.CTRL_CMD_GETFAMILY, 1, 0, 0, ...tooLong]);
  const error = await assertRejects(() => netlink.request(NL.GENL_ID_CTRL, request), Error);
  assertEquals((error as Error & { offset: number }).offset, 20); // nlmsghdr and genlmsghdr are before it
});

test("a NetlinkSocket in a group takes no requests, and only one loop reads its events", async () => {
  using netlink = NetlinkSocket.open(NL.NETLINK_ROUTE);
  netlink.join(RTNLGRP_LINK);
  await assertRejects(
    () => netlink.dump(18, new Uint8Array(16)),
    Error,
    "this socket receives events, open another one for requests",
  );
  const waiting = netlink.events().next();
  await assertRejects(() => netlink.events().next(), Error, "another loop already reads them");
  netlink.close();
  assertEquals(await waiting, { value: undefined, done: true });
});

test("a NetlinkSocket that left its groups takes requests again", async () => {
  using netlink = NetlinkSocket.open(NL.NETLINK_ROUTE);
  netlink.join(RTNLGRP_LINK);
  netlink.leave(RTNLGRP_LINK);
  const links = await netlink.dump(18, new Uint8Array(16));
  assert(links.length > 0 && links.every(({ type }) => type === RTM_NEWLINK));
  assertThrows(() => netlink.join(1.5), RangeError, "must be 0 to 2147483647");
  assertThrows(() => netlink.join(9999), Error, "EINVAL");
});

test("NetlinkSocket.events() ends with its signal, and the socket stays usable", async () => {
  using netlink = NetlinkSocket.open(NL.NETLINK_ROUTE);
  netlink.join(RTNLGRP_LINK);
  const controller = new AbortController();
  const waiting = netlink.events({ signal: controller.signal }).next();
  controller.abort(new Error("enough"));
  await assertRejects(() => waiting, Error, "enough");
  const again = netlink.events({ signal: AbortSignal.abort(new Error("at once")) });
  await assertRejects(() => again.next(), Error, "at once");
});
