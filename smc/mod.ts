/**
 * Shared Memory Communications: sockets of AF_SMC, and all that the kernel tells about them.
 *
 * @example Why are connections TCP?
 * ```ts
 * import { smcFallbackReason } from "@berkeley/sockets/smc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(smcFallbackReason(0x03010000).meaning, "The peer did not offer SMC");
 * ```
 *
 * @module
 */
export type { NetAddr } from "../inet/addr.ts";
export type { WaitOptions } from "../socket/wait_options.ts";
export type { SmcConnectionInfo, SmcCursor, SmcdInfo, SmcFlag, SmcLinkInfo } from "./connection_info.ts";
export type { SmcDevice, SmcDevicePort } from "./device.ts";
export type { SmcFallback } from "./fallback.ts";
export { type SmcFallbackReason, smcFallbackReason, smcFallbackReasons } from "./fallback_reason.ts";
export type { SmcFallbackCounts, SmcFallbackStatistics } from "./fallback_statistics.ts";
export type { SmcLink } from "./link.ts";
export type { SmcdLinkGroup, SmcLinkGroup, SmcLinkGroupBase, SmcLinkGroupV2, SmcrLinkGroup } from "./link_group.ts";
export { listSmcSockets } from "./list_smc_sockets.ts";
export { AF_SMC, type SmcOpenOptions, SMCPROTO_SMC, SMCPROTO_SMC6 } from "./open_smc.ts";
export type { SmcPnet } from "./pnet.ts";
export { SmcConn, type SmcConnectOptions, type SmcConnOptions } from "./smc_conn.ts";
export { addUeid, flushUeids, removeUeid, setSeidEnabled, type SmcSeid, smcSeid, smcUeids } from "./smc_eids.ts";
export { setSmcHandshakeLimit, smcHandshakeLimit } from "./smc_handshake_limit.ts";
export {
  smcDevices,
  smcFallbackStatistics,
  smcLinkGroups,
  smcLinks,
  smcStatistics,
  smcSystemInfo,
} from "./smc_info.ts";
export { type SmcAcceptOptions, SmcListener, type SmcListenOptions } from "./smc_listener.ts";
export { SMC_LIMIT_HS } from "./smc_option.ts";
export { addSmcPnet, flushSmcPnets, removeSmcPnet, smcPnets } from "./smc_pnets.ts";
export type { SmcFallbackError, SmcStatus } from "./smc_status.ts";
export { type SmcSupport, smcSupport } from "./smc_support.ts";
export type { SmcMode, SmcSocketInfo, SmcState } from "./socket_info.ts";
export type {
  SmcBufferEvents,
  SmcDirectionStatistics,
  SmcModeStatistics,
  SmcSizes,
  SmcStatistics,
} from "./statistics.ts";
export type { SmcSystemInfo } from "./system_info.ts";
