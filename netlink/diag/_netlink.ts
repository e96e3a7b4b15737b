import { C } from "../../ffi/constants.ts";
import { structView } from "../_struct_view.ts";
import { Attributes } from "../attribute.ts";
import { memoryOf } from "./_attributes.ts";
import { present } from "../_present.ts";
import type { NetlinkSocketInfo } from "./socket_info.ts";

const NDIAG_PROTO_ALL = 0xff;
const NDIAG_SHOW_ALL = 0xf;
const NETLINK_CONNECTED = 1;
const NETLINK_DIAG = { MEMINFO: 0, GROUPS: 1, FLAGS: 4 } as const;

/**
 * ```c
 * struct netlink_diag_req {
 *   __u8  sdiag_family;
 *   __u8  sdiag_protocol;
 *   __u16 pad;
 *   __u32 ndiag_ino;
 *   __u32 ndiag_show;
 *   __u32 ndiag_cookie[2];
 * };
 * ```
 */
export function encodeNetlinkRequest(): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, C.AF_NETLINK);
  view.setUint8(1, NDIAG_PROTO_ALL);
  view.setUint32(8, NDIAG_SHOW_ALL, true);
  return bytes;
}

/**
 * ```c
 * struct netlink_diag_msg {
 *   __u8  ndiag_family;
 *   __u8  ndiag_type;
 *   __u8  ndiag_protocol;
 *   __u8  ndiag_state;
 *   __u32 ndiag_portid;
 *   __u32 ndiag_dst_portid;
 *   __u32 ndiag_dst_group;
 *   __u32 ndiag_ino;
 *   __u32 ndiag_cookie[2];
 * };
 * ```
 */
export function decodeNetlinkSocket(payload: Uint8Array): NetlinkSocketInfo {
  const view = structView(payload, 28, "netlink_diag_msg");
  const attributes = new Attributes(payload.subarray(28));
  const memory = memoryOf(attributes, NETLINK_DIAG.MEMINFO);
  return {
    protocol: "netlink",
    family: view.getUint8(0),
    type: view.getUint8(1),
    state: view.getUint8(3) === NETLINK_CONNECTED ? "ESTABLISHED" : "CLOSE",
    localAddr: { protocol: view.getUint8(2), port: view.getUint32(4, true) },
    remoteAddr: { port: view.getUint32(8, true), groups: view.getUint32(12, true) },
    interfaceIndex: 0,
    inode: view.getUint32(16, true),
    cookie: view.getBigUint64(20, true),
    groups: groupsOf(attributes.bytes(NETLINK_DIAG.GROUPS) ?? new Uint8Array()),
    flags: attributes.u32(NETLINK_DIAG.FLAGS) ?? 0,
    attributes,
    ...present({
      memory,
      receiveQueue: memory?.receiveAllocated,
      sendQueue: memory?.sendAllocated,
    }),
  };
}

/** Bit `n` of an array of `unsigned long` is group `n + 1`. */
function groupsOf(bits: Uint8Array): number[] {
  const groups: number[] = [];
  for (let group = 0; group < bits.length * 8; group++) {
    if (((bits[group >> 3] ?? 0) & 1 << (group & 7)) !== 0) groups.push(group + 1);
  }
  return groups;
}
