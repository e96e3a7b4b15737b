import { checkArgumentCount } from "../../checks/argument_count.ts";
import { NetlinkDecodeError } from "../../netlink/decode_error.ts";
import type { WaitOptions } from "../../socket/wait_options.ts";
import { SMC_GEN, SMC_NETLINK } from "./_gen_netlink.ts";
import { askSmc, nests } from "./_smc_netlink.ts";
import { decodeSmcDevice, type SmcDevice } from "./device.ts";
import { decodeSmcFallbackStatistics, type SmcFallbackStatistics } from "./fallback_statistics.ts";
import { decodeSmcLink, type SmcLink } from "./link.ts";
import { decodeSmcdLinkGroup, decodeSmcrLinkGroup, type SmcLinkGroup } from "./link_group.ts";
import { decodeSmcStatistics, type SmcStatistics } from "./statistics.ts";
import { decodeSmcSystemInfo, type SmcSystemInfo } from "./system_info.ts";

/**
 * Describes SMC on this system: `smcd info` and `smcr info`. Permission: `--allow-ffi`; no capability is needed.
 *
 * @param options How long to wait.
 * @returns Version, release, hostname and abilities.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 *
 * @example Usage
 * ```ts
 * import { smcSupport, smcSystemInfo } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * if (smcSupport().supported) assert((await smcSystemInfo()).version >= 1);
 * ```
 */
export async function smcSystemInfo(options: WaitOptions = {}): Promise<SmcSystemInfo> {
  checkArgumentCount("call smcSystemInfo", arguments.length, "{ signal, timeout }");
  const action = "read the SMC system information";
  const [info] = nests(await askSmc(options, { action, command: SMC_NETLINK.GET_SYS_INFO }), SMC_GEN.SYS_INFO);
  if (info === undefined) throw new NetlinkDecodeError(`Cannot ${action}: the kernel's answer is empty`);
  return decodeSmcSystemInfo(info);
}

/**
 * The link groups, of SMC-R and SMC-D: `smcr linkgroup` and `smcd linkgroup`. Permission: `--allow-ffi`; no capability
 * is needed.
 *
 * @param options How long to wait.
 * @returns The link groups.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 *
 * @example Usage
 * ```ts
 * import { smcLinkGroups, smcSupport } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * if (smcSupport().supported) assert(Array.isArray(await smcLinkGroups()));
 * ```
 */
export async function smcLinkGroups(options: WaitOptions = {}): Promise<SmcLinkGroup[]> {
  checkArgumentCount("call smcLinkGroups", arguments.length, "{ signal, timeout }");
  const action = "list the SMC link groups";
  const smcr = await askSmc(options, { action, command: SMC_NETLINK.GET_LGR_SMCR });
  const smcd = await askSmc(options, { action, command: SMC_NETLINK.GET_LGR_SMCD });
  return [
    ...nests(smcr, SMC_GEN.LGR_SMCR).map(decodeSmcrLinkGroup),
    ...nests(smcd, SMC_GEN.LGR_SMCD).map(decodeSmcdLinkGroup),
  ];
}

/**
 * The RDMA links of all link groups: `smcr linkgroup link-show`. Permission: `--allow-ffi`; no capability is needed.
 *
 * @param options How long to wait.
 * @returns The links.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 *
 * @example Usage
 * ```ts
 * import { smcLinks, smcSupport } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * if (smcSupport().supported) assert(Array.isArray(await smcLinks()));
 * ```
 */
export async function smcLinks(options: WaitOptions = {}): Promise<SmcLink[]> {
  checkArgumentCount("call smcLinks", arguments.length, "{ signal, timeout }");
  const action = "list the SMC links";
  const links: SmcLink[] = [];
  let group = "";
  // A group comes first, then its links.
  for (const { attributes } of await askSmc(options, { action, command: SMC_NETLINK.GET_LINK_SMCR })) {
    const [head, link] = [attributes.nested(SMC_GEN.LGR_SMCR), attributes.nested(SMC_GEN.LINK_SMCR)];
    if (head !== undefined) group = decodeSmcrLinkGroup(head).id;
    if (link !== undefined) links.push(decodeSmcLink(group, link));
  }
  return links;
}

/**
 * The devices that SMC can use: `smcr device` and `smcd device`. Permission: `--allow-ffi`; no capability is needed.
 *
 * @param options How long to wait.
 * @returns The devices.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 *
 * @example Usage
 * ```ts
 * import { smcDevices, smcSupport } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * if (smcSupport().supported) assert(Array.isArray(await smcDevices()));
 * ```
 */
export async function smcDevices(options: WaitOptions = {}): Promise<SmcDevice[]> {
  checkArgumentCount("call smcDevices", arguments.length, "{ signal, timeout }");
  const action = "list the SMC devices";
  const smcr = await askSmc(options, { action, command: SMC_NETLINK.GET_DEV_SMCR });
  const smcd = await askSmc(options, { action, command: SMC_NETLINK.GET_DEV_SMCD });
  return [
    ...nests(smcr, SMC_GEN.DEV_SMCR).map((device) => decodeSmcDevice("smc-r", device)),
    ...nests(smcd, SMC_GEN.DEV_SMCD).map((device) => decodeSmcDevice("smc-d", device)),
  ];
}

/**
 * The counters of SMC in this network namespace: `smcr stats` and `smcd stats`. Permission: `--allow-ffi`; no
 * capability is needed.
 *
 * @param options How long to wait.
 * @returns The counters.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 *
 * @example Usage
 * ```ts
 * import { smcStatistics, smcSupport } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * if (smcSupport().supported) assert((await smcStatistics()).smcr.sent.bytes >= 0);
 * ```
 */
export async function smcStatistics(options: WaitOptions = {}): Promise<SmcStatistics> {
  checkArgumentCount("call smcStatistics", arguments.length, "{ signal, timeout }");
  const action = "read the SMC statistics";
  const [statistics] = nests(await askSmc(options, { action, command: SMC_NETLINK.GET_STATS }), SMC_GEN.STATS);
  if (statistics === undefined) throw new NetlinkDecodeError(`Cannot ${action}: the kernel's answer is empty`);
  return decodeSmcStatistics(statistics);
}

/**
 * How often connections of this network namespace fell back to TCP, and why. Permission: `--allow-ffi`; no capability
 * is needed.
 *
 * @param options How long to wait.
 * @returns The counts, as client and as server.
 * @throws {SystemError} If the kernel has no SMC (`EAFNOSUPPORT`).
 *
 * @example Usage
 * ```ts
 * import { smcFallbackStatistics, smcSupport } from "@berkeley/sockets/smc";
 * import { assert } from "@std/assert";
 *
 * if (smcSupport().supported) {
 *   for (const { name, count } of (await smcFallbackStatistics()).server.reasons) console.log(name, count);
 * }
 * assert(true);
 * ```
 */
export async function smcFallbackStatistics(options: WaitOptions = {}): Promise<SmcFallbackStatistics> {
  checkArgumentCount("call smcFallbackStatistics", arguments.length, "{ signal, timeout }");
  const action = "read the SMC fallback statistics";
  const messages = await askSmc(options, { action, command: SMC_NETLINK.GET_FBACK_STATS });
  return decodeSmcFallbackStatistics(nests(messages, SMC_GEN.FBACK_STATS));
}
