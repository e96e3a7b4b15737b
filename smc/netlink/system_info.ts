import type { Attributes } from "../../netlink/attribute.ts";

/** SMC on this system: `smcd info` and `smcr info`. */
export interface SmcSystemInfo {
  /** Version of SMC. */
  version: number;
  /** Release of that version. */
  release: number;
  /** Name of this host, as sent to peers. */
  hostname: string;
  /** The system's enterprise id, if it has one. */
  seid: string;
  /** Whether the hardware has ISMv2, for SMC-Dv2. */
  ismV2: boolean;
  /** Whether SMC-Rv2 is available. */
  smcrV2: boolean;
}

/** Decodes the contents of `SMC_GEN_SYS_INFO`. */
export function decodeSmcSystemInfo(attributes: Attributes): SmcSystemInfo {
  return {
    version: attributes.u8(1) ?? 0,
    release: attributes.u8(2) ?? 0,
    ismV2: attributes.u8(3) === 1,
    hostname: attributes.text(4)?.trimEnd() ?? "",
    seid: attributes.text(5)?.trimEnd() ?? "",
    smcrV2: attributes.u8(6) === 1,
  };
}
