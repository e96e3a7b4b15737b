// Commands of the generic netlink family SMC_GEN_NETLINK and the attribute that each answers with
// (include/uapi/linux/smc.h).

/** Name of the family, as the kernel's controller knows it. */
export const SMC_GENL_FAMILY_NAME = "SMC_GEN_NETLINK";

/** `SMC_NETLINK_*`: the commands of the family. */
export const SMC_NETLINK = {
  GET_SYS_INFO: 1,
  GET_LGR_SMCR: 2,
  GET_LINK_SMCR: 3,
  GET_LGR_SMCD: 4,
  GET_DEV_SMCD: 5,
  GET_DEV_SMCR: 6,
  GET_STATS: 7,
  GET_FBACK_STATS: 8,
  DUMP_UEID: 9,
  ADD_UEID: 10,
  REMOVE_UEID: 11,
  FLUSH_UEID: 12,
  DUMP_SEID: 13,
  ENABLE_SEID: 14,
  DISABLE_SEID: 15,
  DUMP_HS_LIMITATION: 16,
  ENABLE_HS_LIMITATION: 17,
  DISABLE_HS_LIMITATION: 18,
} as const;

/** `SMC_GEN_*`: the attribute at the top of an answer. */
export const SMC_GEN = {
  SYS_INFO: 1,
  LGR_SMCR: 2,
  LINK_SMCR: 3,
  LGR_SMCD: 4,
  DEV_SMCD: 5,
  DEV_SMCR: 6,
  STATS: 7,
  FBACK_STATS: 8,
} as const;
