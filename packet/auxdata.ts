import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { decodeControlMessages } from "../socket/control_message.ts";

/** What the kernel reports about a packet, if `PACKET_AUXDATA` is set. */
export interface PacketAuxdata {
  /** `TP_STATUS_*` flags, ORed, such as `TP_STATUS_CSUM_VALID`. */
  status: number;
  /** The length of the packet on the link, in bytes; without the VLAN tag that the kernel removed. */
  originalLength: number;
  /** Bytes of it that the socket received, before truncation to the buffer. */
  capturedLength: number;
  /** The offset of the link header in the captured packet, in bytes. */
  linkOffset: number;
  /** The offset of the network header in the captured packet, in bytes. */
  networkOffset: number;
  /** The VLAN tag, which the kernel removes from the packet; absent if there was none. */
  vlan?: VlanTag;
}

/** An IEEE 802.1Q tag. */
export interface VlanTag {
  /** Tag Control Information, in host order: priority (3 bits), drop eligible (1 bit), VLAN identifier (12 bits). */
  tci: number;
  /** Tag Protocol Identifier: `ETH_P_8021Q`, or `ETH_P_8021AD`, in host order. */
  tpid: number;
}

/**
 * Finds the data of `PACKET_AUXDATA` in the ancillary data of a packet. No permission is needed.
 *
 * ```c
 * struct tpacket_auxdata {
 *   __u32 tp_status;     //  0
 *   __u32 tp_len;        //  4
 *   __u32 tp_snaplen;    //  8
 *   __u16 tp_mac;        // 12
 *   __u16 tp_net;        // 14
 *   __u16 tp_vlan_tci;   // 16
 *   __u16 tp_vlan_tpid;  // 18
 * };
 * ```
 *
 * @param control The ancillary data, such as `batch.control(i)`.
 * @returns The data; `undefined` if the kernel sent none.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/packet.7.html | packet(7)}
 *
 * @example Usage
 * ```ts
 * import { C } from "@berkeley/sockets/ffi";
 * import { decodePacketAuxdata } from "@berkeley/sockets/packet";
 * import { encodeControlMessages } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const data = new Uint8Array(20);
 * data[4] = 60;
 * const control = encodeControlMessages([{ level: C.SOL_PACKET, type: C.PACKET_AUXDATA, data }]);
 * assertEquals(decodePacketAuxdata(control)?.originalLength, 60);
 * assertEquals(decodePacketAuxdata(control)?.vlan, undefined);
 * ```
 */
export function decodePacketAuxdata(control: Uint8Array): PacketAuxdata | undefined {
  for (const { level, type, data } of decodeControlMessages(control)) {
    if (level !== C.SOL_PACKET || type !== C.PACKET_AUXDATA || data.length < AUXDATA_SIZE) continue;
    const view = new DataView(data.buffer, data.byteOffset, data.length);
    const status = view.getUint32(0, HOST_LITTLE_ENDIAN);
    const tpid = (status & C.TP_STATUS_VLAN_TPID_VALID) === 0 ? C.ETH_P_8021Q : view.getUint16(18, HOST_LITTLE_ENDIAN);
    const vlan = { tci: view.getUint16(16, HOST_LITTLE_ENDIAN), tpid };
    return {
      status,
      originalLength: view.getUint32(4, HOST_LITTLE_ENDIAN),
      capturedLength: view.getUint32(8, HOST_LITTLE_ENDIAN),
      linkOffset: view.getUint16(12, HOST_LITTLE_ENDIAN),
      networkOffset: view.getUint16(14, HOST_LITTLE_ENDIAN),
      ...((status & C.TP_STATUS_VLAN_VALID) === 0 ? {} : { vlan }),
    };
  }
  return undefined;
}

/** `sizeof(struct tpacket_auxdata)`. */
export const AUXDATA_SIZE = 20;
