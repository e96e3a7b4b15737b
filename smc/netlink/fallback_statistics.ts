import type { Attributes } from "../../netlink/attribute.ts";
import { type SmcFallbackReason, smcFallbackReason } from "../fallback_reason.ts";

/** How often connections fell back to TCP, and why. */
export interface SmcFallbackStatistics {
  /** As a client. */
  client: SmcFallbackCounts;
  /** As a server. */
  server: SmcFallbackCounts;
}

/** Fallbacks of one side. */
export interface SmcFallbackCounts {
  /** All of them. */
  total: number;
  /** By reason. */
  reasons: (SmcFallbackReason & { count: number })[];
}

/** Decodes the contents of `SMC_GEN_FBACK_STATS`: one message per reason, the first also with the totals. */
export function decodeSmcFallbackStatistics(messages: Attributes[]): SmcFallbackStatistics {
  const statistics: SmcFallbackStatistics = { client: { total: 0, reasons: [] }, server: { total: 0, reasons: [] } };
  for (const attributes of messages) {
    const [server, client] = [attributes.u64(2), attributes.u64(3)];
    if (server !== undefined) statistics.server.total = Number(server);
    if (client !== undefined) statistics.client.total = Number(client);
    const [code, count] = [attributes.u32(4), attributes.u16(5)];
    if (code === undefined || count === undefined || count === 0) continue;
    const side = attributes.u8(1) === 1 ? statistics.server : statistics.client;
    side.reasons.push({ ...smcFallbackReason(code), count });
  }
  return statistics;
}
