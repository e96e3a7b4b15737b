import { concat } from "../_concat.ts";
import { u32Attribute, u8Attribute } from "../_encode.ts";
import { present } from "../_present.ts";
import { structView } from "../_struct_view.ts";
import { Attributes, encodeAttribute } from "../attribute.ts";
import { hardwareBytes, hardwareText, ipBytes, ipText } from "./_ip.ts";
import { Names, PROTOCOLS } from "./_names.ts";
import type { Neighbour, NeighbourFlag, NeighbourState, NewNeighbour } from "./neighbour.ts";

export const NDMSG_SIZE = 12;
const NDA = { DST: 1, LLADDR: 2, CACHEINFO: 3, PROBES: 4, PROTOCOL: 12, FLAGS_EXT: 15 } as const;
export const NTF_PROXY = 0x08;
/** `NTF_EXT_MANAGED` of NDA_FLAGS_EXT, above the bits of ndm_flags. */
const EXT_SHIFT = 8;

export const NEIGHBOUR_STATES: Names<NeighbourState> = new Names<NeighbourState>("state of a neighbour", {
  0x01: "INCOMPLETE",
  0x02: "REACHABLE",
  0x04: "STALE",
  0x08: "DELAY",
  0x10: "PROBE",
  0x20: "FAILED",
  0x40: "NOARP",
  0x80: "PERMANENT",
});
const FLAGS = new Names<NeighbourFlag>("flag of a neighbour", {
  0x01: "use",
  0x02: "self",
  0x04: "master",
  [NTF_PROXY]: "proxy",
  0x10: "extern_learn",
  0x20: "offload",
  0x40: "sticky",
  0x80: "router",
  [1 << EXT_SHIFT]: "managed",
});

/**
 * Decodes a message of type `RTM_NEWNEIGH` or `RTM_DELNEIGH`.
 *
 * ```c
 * struct ndmsg {
 *   __u8  ndm_family;
 *   __u8  ndm_pad1;
 *   __u16 ndm_pad2;
 *   __s32 ndm_ifindex;
 *   __u16 ndm_state;
 *   __u8  ndm_flags;
 *   __u8  ndm_type;
 * };
 * struct nda_cacheinfo { __u32 ndm_confirmed, ndm_used, ndm_updated, ndm_refcnt; };  // hundredths of a second ago
 * ```
 */
export function decodeNeighbour(payload: Uint8Array): Neighbour {
  const view = structView(payload, NDMSG_SIZE, "ndmsg");
  const attributes = new Attributes(payload.subarray(NDMSG_SIZE));
  const [address, hardware] = [attributes.bytes(NDA.DST), attributes.bytes(NDA.LLADDR)];
  const bytes = attributes.bytes(NDA.CACHEINFO);
  const times = bytes === undefined ? undefined : structView(bytes, 16, "nda_cacheinfo");
  const seconds = (offset: number): number | undefined => {
    return times === undefined ? undefined : Math.trunc(times.getUint32(offset, true) / 100);
  };
  const protocol = attributes.u8(NDA.PROTOCOL);
  return {
    family: view.getUint8(0),
    interfaceIndex: view.getInt32(4, true),
    address: address === undefined ? "" : ipText(address),
    state: NEIGHBOUR_STATES.ofBits(view.getUint16(8, true)),
    flags: FLAGS.ofBits(view.getUint8(10) | ((attributes.u32(NDA.FLAGS_EXT) ?? 0) << EXT_SHIFT)),
    ...present({
      hardwareAddress: hardware === undefined ? undefined : hardwareText(0, hardware),
      probes: attributes.u32(NDA.PROBES),
      confirmed: seconds(0),
      used: seconds(4),
      updated: seconds(8),
      references: times?.getUint32(12, true),
      protocol: protocol === undefined ? undefined : PROTOCOLS.of(protocol),
    }),
    attributes,
  };
}

/** The payload of a request about a neighbour. */
export function encodeNeighbour(neighbour: NewNeighbour, interfaceIndex: number): Uint8Array {
  const { state = ["PERMANENT"], hardwareAddress, protocol } = neighbour;
  const { family, bytes } = ipBytes(neighbour.address);
  const flags = FLAGS.bits(neighbour.flags ?? []);
  const head = new Uint8Array(NDMSG_SIZE);
  const view = new DataView(head.buffer);
  view.setUint8(0, family);
  view.setInt32(4, interfaceIndex, true);
  view.setUint16(8, NEIGHBOUR_STATES.bits(state), true);
  view.setUint8(10, flags & 0xff);
  const parts: Uint8Array[] = [head, encodeAttribute(NDA.DST, bytes)];
  if (hardwareAddress !== undefined) parts.push(encodeAttribute(NDA.LLADDR, hardwareBytes(hardwareAddress)));
  if (protocol !== undefined) parts.push(u8Attribute(NDA.PROTOCOL, PROTOCOLS.number(protocol), "protocol"));
  if (flags >> EXT_SHIFT !== 0) parts.push(u32Attribute(NDA.FLAGS_EXT, flags >> EXT_SHIFT, "flags"));
  return concat(parts);
}
