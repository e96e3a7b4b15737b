import type { Attributes } from "../../netlink/attribute.ts";

/** What SMC on this system is: `smcd info` and `smcr info`. */
export interface SmcSystemInfo {
  /** Version of SMC. */
  version: number;
  /** Release of that version. */
  release: number;
  /** Name of this host, as it is told to peers. */
  hostname: string;
  /** The system's enterprise id, where it has one. */
  seid: string;
  /** Whether the hardware has ISMv2, for SMC-Dv2. */
  ismV2: boolean;
  /** Whether SMC-Rv2 is there. */
  smcrV2: boolean;
}

/** Decodes what is within `SMC_GEN_SYS_INFO`. */
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
