import { C } from "../../ffi/constants.ts";
import { structView } from "../_struct_view.ts";
import { Attributes } from "../attribute.ts";
import { memoryOf } from "./_attributes.ts";
import { present } from "../_present.ts";
import type { PacketSocketInfo } from "./socket_info.ts";

const PACKET_SHOW_ALL = 0x3f;
const PACKET_DIAG = { INFO: 0, FANOUT: 4, UID: 5, MEMINFO: 6 } as const;
/** `PDI_*`, from the lowest bit. */
const FLAGS = ["running", "auxdata", "origdev", "vnethdr", "loss"] as const;

/**
 * ```c
 * struct packet_diag_req {
 *   __u8  sdiag_family;
 *   __u8  sdiag_protocol;
 *   __u16 pad;
 *   __u32 pdiag_ino;
 *   __u32 pdiag_show;
 *   __u32 pdiag_cookie[2];
 * };
 * ```
 */
export function encodePacketRequest(): Uint8Array {
  const bytes = new Uint8Array(20);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, C.AF_PACKET);
  view.setUint32(8, PACKET_SHOW_ALL, true);
  return bytes;
}

/**
 * ```c
 * struct packet_diag_msg {
 *   __u8  pdiag_family;
 *   __u8  pdiag_type;
 *   __u16 pdiag_num;
 *   __u32 pdiag_ino;
 *   __u32 pdiag_cookie[2];
 * };
 * struct packet_diag_info {
 *   __u32 pdi_index, pdi_version, pdi_reserve, pdi_copy_thresh, pdi_tstamp, pdi_flags;
 * };
 * ```
 */
export function decodePacketSocket(payload: Uint8Array): PacketSocketInfo {
  const view = structView(payload, 16, "packet_diag_msg");
  const attributes = new Attributes(payload.subarray(16));
  const bytes = attributes.bytes(PACKET_DIAG.INFO);
  const info = bytes === undefined ? undefined : structView(bytes, 24, "packet_diag_info");
  const interfaceIndex = info?.getUint32(0, true) ?? 0;
  const memory = memoryOf(attributes, PACKET_DIAG.MEMINFO);
  const flags = info?.getUint32(20, true) ?? 0;
  return {
    protocol: "packet",
    family: view.getUint8(0),
    type: view.getUint8(1),
    state: "CLOSE",
    localAddr: { protocol: view.getUint16(2, true), interfaceIndex },
    interfaceIndex,
    inode: view.getUint32(4, true),
    cookie: view.getBigUint64(8, true),
    attributes,
    ...present({
      uid: attributes.u32(PACKET_DIAG.UID),
      memory,
      receiveQueue: memory?.receiveAllocated,
      sendQueue: memory?.sendAllocated,
      version: info?.getUint32(4, true),
      reserve: info?.getUint32(8, true),
      copyThreshold: info?.getUint32(12, true),
      timestamp: info?.getUint32(16, true),
      flags: info === undefined ? undefined : FLAGS.filter((_, bit) => (flags & 1 << bit) !== 0),
      fanout: attributes.u32(PACKET_DIAG.FANOUT),
    }),
  };
}
