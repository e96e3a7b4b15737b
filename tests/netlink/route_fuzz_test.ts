import { NetlinkSocket, NL } from "../../netlink/mod.ts";
import { decodeAddress, encodeAddress } from "../../netlink/route/_address.ts";
import { decodeLink } from "../../netlink/route/_link.ts";
import { decodeNeighbour, encodeNeighbour } from "../../netlink/route/_neighbour.ts";
import { decodeRoute, encodeRoute } from "../../netlink/route/_route.ts";
import { RTM } from "../../netlink/route/_rtm.ts";
import { decodeRule, encodeRule } from "../../netlink/route/_rule.ts";
import { Random } from "../inet/random.ts";
import { assert, test } from "../runner/mod.ts";
import { fuzz } from "./fuzz.ts";

const hardwareAddress = "02:00:00:00:00:01";
const peer = { address: "10.0.0.1", peer: "10.0.0.2/32", validLifetime: 100, preferredLifetime: 50 };
const ways = [{ gateway: "10.0.0.1", weight: 3 }, { gateway: "fd00::1", link: 1 }];

/** Messages of each kind: the kernel's answers, and requests to it. */
const KINDS: [name: string, get: number, size: number, own: Uint8Array[], decode: (bytes: Uint8Array) => unknown][] = [
  ["links", RTM.GETLINK, 16, [], decodeLink],
  ["addresses", RTM.GETADDR, 8, [encodeAddress({ link: 1, label: "lo:x", metric: 3, ...peer }, 1)], decodeAddress],
  [
    "routes",
    RTM.GETROUTE,
    12,
    [
      encodeRoute(
        { destination: "10.0.0.0/8", nextHops: ways, metrics: { mtu: 1400, congestionControl: "reno" } },
        () => 1,
      ),
      encodeRoute({ destination: "fd00::/8", link: 1, preference: "low", expires: 60, metric: 9 }, () => 1),
    ],
    decodeRoute,
  ],
  [
    "neighbours",
    RTM.GETNEIGH,
    12,
    [encodeNeighbour({ link: 1, address: "fd00::1", hardwareAddress, flags: ["managed", "router"] }, 1)],
    decodeNeighbour,
  ],
  [
    "rules",
    RTM.GETRULE,
    12,
    [encodeRule({ source: "10.0.0.0/8", uidRange: [1, 2], sourcePorts: [1, 2], tunnelId: 5n, mark: 1, l3mdev: true })],
    decodeRule,
  ],
];

for (const [name, get, size, own, decode] of KINDS) {
  test(`the decoder of ${name} throws nothing but NetlinkDecodeError, whatever the input`, async () => {
    using netlink = NetlinkSocket.open(NL.NETLINK_ROUTE);
    const told = (await netlink.dump(get, new Uint8Array(size))).map(({ payload }) => payload)
      .filter(([family]) => family === 0 || family === 2 || family === 10).slice(0, 20);
    const messages = [...own, ...told];
    assert(messages.length > 0);
    for (const message of messages) decode(message);
    fuzz(new Random(), messages, Math.ceil(20_000 / messages.length), decode);
  });
}
