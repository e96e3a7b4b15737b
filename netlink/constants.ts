/**
 * Constants of `linux/netlink.h`, `linux/genetlink.h` and `linux/sock_diag.h` by their C names.
 *
 * @example Usage
 * ```ts
 * import { NL } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(NL.NLM_F_DUMP, NL.NLM_F_ROOT | NL.NLM_F_MATCH);
 * ```
 */
export const NL = {
  NETLINK_ROUTE: 0,
  NETLINK_SOCK_DIAG: 4,
  NETLINK_GENERIC: 16,
  NETLINK_RDMA: 20,

  NLM_F_REQUEST: 0x001,
  NLM_F_MULTI: 0x002,
  NLM_F_ACK: 0x004,
  NLM_F_ECHO: 0x008,
  NLM_F_DUMP_INTR: 0x010,
  NLM_F_ROOT: 0x100,
  NLM_F_MATCH: 0x200,
  NLM_F_DUMP: 0x300,
  NLM_F_CAPPED: 0x100,
  NLM_F_ACK_TLVS: 0x200,

  NLMSG_NOOP: 1,
  NLMSG_ERROR: 2,
  NLMSG_DONE: 3,
  NLMSG_OVERRUN: 4,

  NLMSGERR_ATTR_MSG: 1,
  NLMSGERR_ATTR_OFFS: 2,

  SOL_NETLINK: 270,
  NETLINK_CAP_ACK: 10,
  NETLINK_EXT_ACK: 11,
  NETLINK_GET_STRICT_CHK: 12,

  GENL_ID_CTRL: 16,
  CTRL_CMD_GETFAMILY: 3,
  CTRL_ATTR_FAMILY_ID: 1,
  CTRL_ATTR_FAMILY_NAME: 2,
  CTRL_ATTR_VERSION: 3,
  CTRL_ATTR_HDRSIZE: 4,
  CTRL_ATTR_MAXATTR: 5,

  SOCK_DIAG_BY_FAMILY: 20,
} as const;
