import { type Attributes, decodeGeneric } from "../../netlink/mod.ts";
import { decodeSmcSocket } from "../../netlink/diag/_smc.ts";
import { SMC_GEN } from "../../smc/netlink/_gen_netlink.ts";
import { decodeSmcdInfo } from "../../smc/netlink/connection_info.ts";
import { decodeSmcDevice } from "../../smc/netlink/device.ts";
import { decodeSmcFallbackStatistics } from "../../smc/netlink/fallback_statistics.ts";
import { decodeSmcLink } from "../../smc/netlink/link.ts";
import { decodeSmcdLinkGroup, decodeSmcrLinkGroup } from "../../smc/netlink/link_group.ts";
import { decodeSmcPnet } from "../../smc/netlink/pnet.ts";
import { smcSocketInfo } from "../../smc/netlink/socket_info.ts";
import { decodeSmcStatistics } from "../../smc/netlink/statistics.ts";
import { decodeSmcSystemInfo } from "../../smc/netlink/system_info.ts";
import { Random } from "../inet/random.ts";
import { fuzz } from "../netlink/fuzz.ts";
import { ignore, type Permission, test, type TestOptions } from "../runner/mod.ts";
import { payloads, readFixture } from "./fixtures.ts";
import { inGuest } from "./kernel.ts";

const needs: Permission[] = ["read"];

/** Decodes the contents of the top attribute. */
const DECODERS: [kind: string, type: number, decode: (attributes: Attributes) => unknown][] = [
  ["GET_SYS_INFO", SMC_GEN.SYS_INFO, decodeSmcSystemInfo],
  ["GET_LGR_SMCR", SMC_GEN.LGR_SMCR, decodeSmcrLinkGroup],
  ["GET_LGR_SMCR", SMC_GEN.LGR_SMCR, decodeSmcdLinkGroup],
  ["GET_LINK_SMCR", SMC_GEN.LINK_SMCR, (attributes) => decodeSmcLink("", attributes)],
  ["GET_DEV_SMCR", SMC_GEN.DEV_SMCR, (attributes) => decodeSmcDevice("smc-r", attributes)],
  ["GET_STATS", SMC_GEN.STATS, decodeSmcStatistics],
  ["GET_FBACK_STATS", SMC_GEN.FBACK_STATS, (attributes) => decodeSmcFallbackStatistics([attributes])],
];

fuzzTest("smcSocketInfo() throws nothing but NetlinkDecodeError, whatever the input", { needs }, () => {
  fuzz(new Random(), payloads(readFixture(), "diag"), 5_000, (bytes) => smcSocketInfo(decodeSmcSocket(bytes)));
});

fuzzTest("no decoder of smc-tools throws anything but NetlinkDecodeError, whatever it is given", { needs }, () => {
  const fixture = readFixture();
  const random = new Random();
  for (const [kind, type, decode] of DECODERS) {
    fuzz(random, payloads(fixture, kind), 2_000, (bytes) => {
      const nest = decodeGeneric(bytes).attributes.nested(type);
      if (nest !== undefined) decode(nest);
    });
  }
  fuzz(random, payloads(fixture, "PNETID_GET"), 2_000, (bytes) => decodeSmcPnet(decodeGeneric(bytes).attributes));
});

fuzzTest("decodeSmcdInfo() takes both lengths of the structure, and nothing shorter", {}, () => {
  fuzz(new Random(), [new Uint8Array(40).fill(0x12), new Uint8Array(56).fill(0x34)], 5_000, decodeSmcdInfo);
});

/** Pure code is the same everywhere, and slow under emulation. */
function fuzzTest(name: string, options: TestOptions, fn: () => void): void {
  if (inGuest) ignore(name, "proven outside the guest");
  else test(name, options, fn);
}
