/**
 * Shared Memory Communications: AF_SMC sockets, and everything that the kernel reports about them.
 *
 * Use {@linkcode SmcListener} and {@linkcode SmcConn} like those of TCP. If the kernel or the peer has no SMC, the
 * connection is TCP, and `conn.smc()` returns the reason. Everything that smc-tools show and change is available as
 * functions: {@linkcode listSmcSockets}, {@linkcode smcLinkGroups}, {@linkcode smcLinks}, {@linkcode smcDevices},
 * {@linkcode smcStatistics}, {@linkcode smcFallbackStatistics}, {@linkcode addUeid}, {@linkcode addSmcPnet} and more.
 *
 * @example Echo, and check whether it is really SMC
 * ```ts
 * import { SmcConn, SmcListener } from "@berkeley/sockets/smc";
 * import { assert, assertEquals } from "@std/assert";
 *
 * using listener = SmcListener.listen({ hostname: "127.0.0.1", port: 0, unsupported: "tcp" });
 * using client = await SmcConn.connect({ port: listener.addr.port, unsupported: "tcp" });
 * using server = await listener.accept();
 * await client.write(new TextEncoder().encode("Hello, world"));
 * const buffer = new Uint8Array(1024);
 * assertEquals(await server.read(buffer), 12);
 *
 * const { mode, fallback } = await client.smc();
 * assert(mode !== "tcp" || fallback?.advice !== undefined);
 * ```
 *
 * @module
 */
export type { NetAddr } from "../inet/addresses/addr.ts";
export type { Attributes } from "../netlink/attribute.ts";
export type { SmcDiagInfo, SmcMode, SmcState, SocketInfoBase, SocketNetAddr } from "../netlink/diag/socket_info.ts";
export type { WaitOptions } from "../socket/wait_options.ts";
export type { SmcFallback } from "./fallback.ts";
export { type SmcFallbackReason, smcFallbackReason, smcFallbackReasons } from "./fallback_reason.ts";
export type { SmcConnectionInfo, SmcCursor, SmcdInfo, SmcFlag, SmcLinkInfo } from "./netlink/connection_info.ts";
export type { SmcDevice, SmcDevicePort } from "./netlink/device.ts";
export type { SmcFallbackCounts, SmcFallbackStatistics } from "./netlink/fallback_statistics.ts";
export type { SmcLink } from "./netlink/link.ts";
export type {
  SmcdLinkGroup,
  SmcLinkGroup,
  SmcLinkGroupBase,
  SmcLinkGroupV2,
  SmcrLinkGroup,
} from "./netlink/link_group.ts";
export { listSmcSockets } from "./netlink/list_smc_sockets.ts";
export type { SmcPnet } from "./netlink/pnet.ts";
export {
  addUeid,
  flushUeids,
  removeUeid,
  setSeidEnabled,
  type SmcSeid,
  smcSeid,
  smcUeids,
} from "./netlink/smc_eids.ts";
export { setSmcHandshakeLimit, smcHandshakeLimit } from "./netlink/smc_handshake_limit.ts";
export {
  smcDevices,
  smcFallbackStatistics,
  smcLinkGroups,
  smcLinks,
  smcStatistics,
  smcSystemInfo,
} from "./netlink/smc_info.ts";
export { addSmcPnet, flushSmcPnets, removeSmcPnet, smcPnets } from "./netlink/smc_pnets.ts";
export type { SmcSocketInfo } from "./netlink/socket_info.ts";
export type {
  SmcBufferEvents,
  SmcDirectionStatistics,
  SmcModeStatistics,
  SmcSizes,
  SmcStatistics,
} from "./netlink/statistics.ts";
export type { SmcSystemInfo } from "./netlink/system_info.ts";
export { AF_SMC, type SmcOpenOptions, SMCPROTO_SMC, SMCPROTO_SMC6 } from "./open_smc.ts";
export { SmcConn, type SmcConnectOptions, type SmcConnOptions } from "./smc_conn.ts";
export { type SmcAcceptOptions, SmcListener, type SmcListenOptions } from "./smc_listener.ts";
export { SMC_LIMIT_HS } from "./smc_option.ts";
export { isFallbackError, type SmcFallbackError, type SmcStatus } from "./smc_status.ts";
export { type SmcSupport, smcSupport } from "./smc_support.ts";
