import { within } from "../checks/within.ts";
/** Why a connection fell back to TCP, in words. */
export interface SmcFallbackReason {
  /** The number, as in the kernel and smcss. */
  code: number;
  /**
   * The name after `SMC_CLC_DECL_` in the kernel, such as `"PEERNOSMC"`; the number in hexadecimal if it is unknown.
   */
  name: string;
  /** What it means. */
  meaning: string;
  /** What to do about it. */
  advice: string;
}

const ADVICE_PEER = "Use an SMC socket on the other side too, and make sure that no firewall removes TCP options";
const ADVICE_DEVICE =
  "Give SMC a device: an RDMA device over the interface of the route, or an ISM one, and for SMCv2 a UEID on both sides";
const ADVICE_RDMA = "Give SMC-R an active RDMA device over the interface of the route, and for SMC-Rv2 a UEID";
const ADVICE_ISM = "Give SMC-D an ISM device, or use a kernel with SMC-D loopback";
const ADVICE_UEID = "Add the same UEID on both sides, as addUeid() does";
const ADVICE_PEER_VERSION = "Look for a newer SMC on the other side; nothing is wrong on this one";
const ADVICE_LIMIT = "Close connections, or raise the limits in /proc/sys/net/smc";
const ADVICE_MEMORY = "Free memory, or use smaller buffers (/proc/sys/net/smc/wmem and rmem)";
const ADVICE_LINK = "Check the state of the RDMA devices on both sides with smcDevices() and smcLinks()";
const ADVICE_NETWORK = "Check the route, the subnet and the VLAN between both sides";
const ADVICE_KERNEL = "Try again; if it persists, check the kernel log on both sides";

/** The kernel's table (`net/smc/smc_clc.h`): code, name, meaning, advice. */
const REASONS: [code: number, name: string, meaning: string, advice: string][] = [
  [0x01010000, "MEM", "There is not enough memory", ADVICE_MEMORY],
  [0x02010000, "TIMEOUT_CL", "The peer did not confirm the RDMA link in time", ADVICE_LINK],
  [0x02020000, "TIMEOUT_AL", "The peer did not add an RDMA link in time", ADVICE_LINK],
  [0x03000000, "CNFERR", "The configuration is wrong", ADVICE_DEVICE],
  [0x03010000, "PEERNOSMC", "The peer did not offer SMC", ADVICE_PEER],
  [0x03020000, "IPSEC", "The connection uses IPsec", "Do not use IPsec for this connection: SMC does not support it"],
  [0x03030000, "NOSMCDEV", "No SMC device was found, neither SMC-R nor SMC-D", ADVICE_DEVICE],
  [0x03030001, "NOSMCDDEV", "No SMC-D device was found", ADVICE_ISM],
  [0x03030002, "NOSMCRDEV", "No SMC-R device was found", ADVICE_RDMA],
  [0x03030003, "NOISM2SUPP", "The hardware does not support ISMv2", ADVICE_ISM],
  [0x03030004, "NOV2EXT", "The peer sent no extension for SMCv2", ADVICE_PEER_VERSION],
  [0x03030005, "NOV2DEXT", "The peer sent no extension for SMC-Dv2", ADVICE_PEER_VERSION],
  [0x03030006, "NOSEID", "The peer sent no SEID", ADVICE_UEID],
  [0x03030007, "NOSMCD2DEV", "No SMC-Dv2 device was found", ADVICE_ISM],
  [0x03030008, "NOUEID", "The peer sent no UEID that is known here", ADVICE_UEID],
  [0x03030009, "RELEASEERR", "The sides found no common release of SMCv2", ADVICE_PEER_VERSION],
  [0x0303000a, "MAXCONNERR", "The sides found no common limit of connections", ADVICE_LIMIT],
  [0x0303000b, "MAXLINKERR", "The sides found no common limit of links", ADVICE_LIMIT],
  [0x03040000, "MODEUNSUPP", "One side has only SMC-R, the other only SMC-D", ADVICE_DEVICE],
  [0x03050000, "RMBE_EC", "The peer wants an eye catcher in the receive buffer", ADVICE_PEER_VERSION],
  [
    0x03060000,
    "OPTUNSUPP",
    "A socket option is incompatible with SMC, such as TCP fast open",
    "Do not use TCP_FASTOPEN and MSG_FASTOPEN",
  ],
  [0x03070000, "DIFFPREFIX", "The sides are in different IP subnets, and SMC-Rv1 needs one", ADVICE_UEID],
  [0x03080000, "GETVLANERR", "The VLAN of the connection cannot be determined", ADVICE_NETWORK],
  [0x03090000, "ISMVLANERR", "The VLAN cannot be registered with the ISM device", ADVICE_NETWORK],
  [0x030a0000, "NOACTLINK", "The link group has no active link", ADVICE_LINK],
  [0x030b0000, "NOSRVLINK", "The server's link is not known here", ADVICE_LINK],
  [0x030c0000, "VERSMISMAT", "The sides speak different versions of SMC", ADVICE_PEER_VERSION],
  [0x030d0000, "MAX_DMB", "The SMC-D device has no buffer left", ADVICE_LIMIT],
  [0x030e0000, "NOROUTE", "SMC-Rv2 has no route to the peer", ADVICE_NETWORK],
  [0x030f0000, "NOINDIRECT", "One side routes SMC-Rv2 directly, the other does not", ADVICE_NETWORK],
  [0x04000000, "SYNCERR", "The sides do not agree on the link group", ADVICE_KERNEL],
  [0x05000000, "PEERDECL", "The peer declined during the handshake", "Look at the peer's own reason"],
  [0x09990000, "INTERR", "The kernel had an internal error", ADVICE_KERNEL],
  [0x09990001, "ERR_RTOK", "The key of the peer's memory cannot be used", ADVICE_LINK],
  [0x09990002, "ERR_RDYLNK", "The RDMA link cannot be made ready", ADVICE_LINK],
  [0x09990003, "ERR_REGBUF", "The buffers cannot be registered with the RDMA device", ADVICE_LINK],
];

const byCode = new Map(REASONS.map(([code, name, meaning, advice]) => [code, { code, name, meaning, advice }]));

/**
 * What a fallback code means, and what to do about it.
 *
 * The codes are those of Linux; other systems (z/OS, AIX) and newer kernels may send other numbers.
 *
 * @param code The number, from {@linkcode SmcSocketInfo} or from smcss.
 * @returns The name, the meaning and advice; for an unknown code, the name is the code in hexadecimal.
 * @see {@link https://www.rfc-editor.org/rfc/rfc7609 | RFC 7609}
 *
 * @example Usage
 * ```ts
 * import { smcFallbackReason } from "@berkeley/sockets/smc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(smcFallbackReason(0x03010000).name, "PEERNOSMC");
 * assertEquals(smcFallbackReason(0x12345678).name, "0x12345678");
 * ```
 */
export function smcFallbackReason(code: number): SmcFallbackReason {
  within("explain a fallback", "code", code, 0xffffffff);
  return byCode.get(code) ?? {
    code,
    name: `0x${code.toString(16).padStart(8, "0")}`,
    meaning: "Linux does not define this code",
    advice: "Look it up in the documentation of the peer's system",
  };
}

/**
 * Every fallback code of the kernel's table, in its order.
 *
 * @returns The reasons.
 *
 * @example Usage
 * ```ts
 * import { smcFallbackReasons } from "@berkeley/sockets/smc";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(smcFallbackReasons().length, 36);
 * ```
 */
export function smcFallbackReasons(): SmcFallbackReason[] {
  return [...byCode.values()];
}
