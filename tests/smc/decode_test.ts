import { decodeFamily } from "../../netlink/mod.ts";
import { decodeSmcSocket } from "../../netlink/diag/_smc.ts";
import { SMC_GEN, SMC_GENL_FAMILY_NAME } from "../../smc/netlink/_gen_netlink.ts";
import { decodeSmcDevice } from "../../smc/netlink/device.ts";
import { decodeSmcFallbackStatistics } from "../../smc/netlink/fallback_statistics.ts";
import { decodeSmcLink } from "../../smc/netlink/link.ts";
import { decodeSmcrLinkGroup } from "../../smc/netlink/link_group.ts";
import { decodeSmcPnet, SMC_PNETID_FAMILY_NAME } from "../../smc/netlink/pnet.ts";
import { smcSocketInfo } from "../../smc/netlink/socket_info.ts";
import { decodeSmcStatistics } from "../../smc/netlink/statistics.ts";
import { decodeSmcSystemInfo } from "../../smc/netlink/system_info.ts";
import { assertEquals, type Permission, test } from "../runner/mod.ts";
import { cLine } from "./c_line.ts";
import { generic, nested, payloads, readFixture } from "./fixtures.ts";

const needs: Permission[] = ["read"];

test("smcSocketInfo() decodes recorded messages as C decoded them on the same kernel", { needs }, () => {
  const fixture = readFixture();
  const infos = payloads(fixture, "diag").map(decodeSmcSocket).map(smcSocketInfo);
  assertEquals(infos.map(cLine), fixture.c);
  const modes = infos.map(({ state, mode }) => `${state} ${mode ?? ""}`).sort();
  assertEquals(modes, ["ACTIVE smc-r", "ACTIVE smc-r", "ACTIVE tcp", "ACTIVE tcp", "LISTEN ", "LISTEN "]);
});

test("smcSocketInfo() describes why both sides fell back to TCP", { needs }, () => {
  const infos = payloads(readFixture(), "diag").map(decodeSmcSocket).map(smcSocketInfo);
  const fallbacks = infos.map(({ fallback }) => fallback).filter((fallback) => fallback !== undefined);
  assertEquals(fallbacks.map(({ code, reason, peerCode, peerReason }) => ({ code, reason, peerCode, peerReason })), [
    {
      code: 0x05000000,
      reason: "PEERDECL: The peer declined during the handshake",
      peerCode: 0x03030000,
      peerReason: "NOSMCDEV: No SMC device was found, neither SMC-R nor SMC-D",
    },
    {
      code: 0x03030000,
      reason: "NOSMCDEV: No SMC device was found, neither SMC-R nor SMC-D",
      peerCode: undefined,
      peerReason: undefined,
    },
  ]);
  assertEquals(fallbacks[0]?.advice, `On the peer: ${fallbacks[1]?.advice}`);
});

test("decodeFamily() reads the two families of SMC", { needs }, () => {
  const fixture = readFixture();
  const families = ["family", "pnetFamily"].flatMap((name) => payloads(fixture, name)).map(decodeFamily);
  assertEquals(families.map(({ name, version }) => [name, version]), [
    [SMC_GENL_FAMILY_NAME, 1],
    [SMC_PNETID_FAMILY_NAME, 1],
  ]);
});

test("decodeSmcSystemInfo() reads a recorded message", { needs }, () => {
  assertEquals(nested(readFixture(), "GET_SYS_INFO", SMC_GEN.SYS_INFO).map(decodeSmcSystemInfo), [
    { version: 2, release: 1, hostname: "guest", seid: "", ismV2: false, smcrV2: true },
  ]);
});

test("decodeSmcrLinkGroup() and decodeSmcLink() read recorded messages", { needs }, () => {
  const fixture = readFixture();
  const groups = nested(fixture, "GET_LGR_SMCR", SMC_GEN.LGR_SMCR).map(decodeSmcrLinkGroup);
  assertEquals(
    groups.map(({ id, role, type, connections, direct, v2 }) => ({ id, role, type, connections, direct, v2 })),
    [
      group("00000100", "server"),
      group("00000200", "client"),
    ],
  );
  const links = nested(fixture, "GET_LINK_SMCR", SMC_GEN.LINK_SMCR).map((link) => decodeSmcLink("", link));
  const gid = "0000:0000:0000:0000:0000:ffff:7f00:0001";
  const common = { groupId: "", id: 1, device: "rxe0", port: 1, interfaceIndex: 1, gid, peerGid: gid, connections: 1 };
  assertEquals(links, [
    { ...common, uid: "00000101", peerUid: "00000201", state: "active" },
    { ...common, uid: "00000201", peerUid: "00000101", state: "active" },
  ]);
});

test("decodeSmcDevice() reads a recorded message, without the port that is not there", { needs }, () => {
  const devices = nested(readFixture(), "GET_DEV_SMCR", SMC_GEN.DEV_SMCR).map((nest) => decodeSmcDevice("smc-r", nest));
  assertEquals(devices.map(({ mode, name, ports }) => ({ mode, name, ports })), [{
    mode: "smc-r",
    name: "rxe0",
    ports: [{ number: 1, pnetId: "FIXTURE", pnetIdByUser: true, interfaceIndex: 1, active: true, links: 2 }],
  }]);
});

test("decodeSmcStatistics() reads a recorded message", { needs }, () => {
  const [statistics] = nested(readFixture(), "GET_STATS", SMC_GEN.STATS).map(decodeSmcStatistics);
  assertEquals(statistics?.smcr.clientConnections, { v1: 0, v2: 1 });
  assertEquals(statistics?.smcr.serverConnections, { v1: 0, v2: 1 });
  assertEquals(statistics?.smcr.sent.bytes, 70_123);
  assertEquals(statistics?.smcr.received.bytes, 50_100);
  assertEquals(statistics?.smcr.received.buffers["64K"], 2);
  assertEquals(statistics?.smcd.sent.bytes, 0);
});

test("decodeSmcFallbackStatistics() reads recorded messages", { needs }, () => {
  const { client, server } = decodeSmcFallbackStatistics(
    nested(readFixture(), "GET_FBACK_STATS", SMC_GEN.FBACK_STATS),
  );
  assertEquals([client.total, client.reasons.map(({ name, count }) => [name, count])], [1, [["NOSMCDEV", 1]]]);
  assertEquals([server.total, server.reasons.map(({ name, count }) => [name, count])], [1, [["PEERDECL", 1]]]);
});

test("decodeSmcPnet() reads recorded messages", { needs }, () => {
  assertEquals(generic(readFixture(), "PNETID_GET").map(({ attributes }) => decodeSmcPnet(attributes)), [
    { pnetId: "FIXTURE", interfaceName: "lo" },
    { pnetId: "FIXTURE", device: "rxe0", port: 1 },
  ]);
});

function group(id: string, role: "client" | "server"): object {
  const v2 = { version: 2, release: 1, peerOs: "linux", eid: "GUEST", peerHostname: "guest" };
  return { id, role, type: "single", connections: 1, direct: true, v2 };
}
