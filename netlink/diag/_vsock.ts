import { C } from "../../ffi/constants.ts";
import { TCP_STATES } from "../../inet/options/tcp_info.ts";
import { structView } from "../_struct_view.ts";
import { Attributes } from "../attribute.ts";
import { shutdownOf } from "./_attributes.ts";
import type { VsockSocketInfo } from "./socket_info.ts";

/**
 * ```c
 * struct vsock_diag_req {
 *   __u8  sdiag_family;
 *   __u8  sdiag_protocol;
 *   __u16 pad;
 *   __u32 vdiag_states;
 *   __u32 vdiag_ino;
 *   __u32 vdiag_show;
 *   __u32 vdiag_cookie[2];
 * };
 * ```
 */
export function encodeVsockRequest(states: number): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, C.AF_VSOCK);
  view.setUint32(4, states, true);
  return bytes;
}

/**
 * ```c
 * struct vsock_diag_msg {
 *   __u8  vdiag_family;
 *   __u8  vdiag_type;
 *   __u8  vdiag_state;
 *   __u8  vdiag_shutdown;
 *   __u32 vdiag_src_cid;
 *   __u32 vdiag_src_port;
 *   __u32 vdiag_dst_cid;
 *   __u32 vdiag_dst_port;
 *   __u32 vdiag_ino;
 *   __u32 vdiag_cookie[2];
 * };
 * ```
 */
export function decodeVsockSocket(payload: Uint8Array): VsockSocketInfo {
  const view = structView(payload, 32, "vsock_diag_msg");
  return {
    protocol: "vsock",
    family: view.getUint8(0),
    type: view.getUint8(1),
    state: TCP_STATES[view.getUint8(2) - 1] ?? "CLOSE",
    localAddr: { cid: view.getUint32(4, true), port: view.getUint32(8, true) },
    remoteAddr: { cid: view.getUint32(12, true), port: view.getUint32(16, true) },
    interfaceIndex: 0,
    inode: view.getUint32(20, true),
    cookie: view.getBigUint64(24, true),
    shutdown: shutdownOf(view.getUint8(3)),
    attributes: new Attributes(payload.subarray(32)),
  };
}
