import { within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { concat } from "../_concat.ts";
import { u32Attribute } from "../_encode.ts";
import { present } from "../_present.ts";
import { structView } from "../_struct_view.ts";
import { Attributes, encodeAttribute } from "../attribute.ts";
import { ipBytes, ipText, networkBytes } from "./_ip.ts";
import { Names, SCOPES } from "./_names.ts";
import type { AddressFlag, LinkAddress, NewAddress } from "./address.ts";

export const IFADDRMSG_SIZE = 8;
const IFA = {
  ADDRESS: 1,
  LOCAL: 2,
  LABEL: 3,
  BROADCAST: 4,
  ANYCAST: 5,
  CACHEINFO: 6,
  FLAGS: 8,
  RT_PRIORITY: 9,
  PROTO: 11,
} as const;

const FLAGS = new Names<AddressFlag>("flag of an address", {
  0x1: "SECONDARY",
  0x2: "NODAD",
  0x4: "OPTIMISTIC",
  0x8: "DADFAILED",
  0x10: "HOMEADDRESS",
  0x20: "DEPRECATED",
  0x40: "TENTATIVE",
  0x80: "PERMANENT",
  0x100: "MANAGETEMPADDR",
  0x200: "NOPREFIXROUTE",
  0x400: "MCAUTOJOIN",
  0x800: "STABLE_PRIVACY",
});
const PROTOCOLS = new Names("protocol of an address", { 1: "kernel_lo", 2: "kernel_ra", 3: "kernel_ll" });
const FOREVER = 0xffffffff;

/**
 * Decodes a message of type `RTM_NEWADDR` or `RTM_DELADDR`.
 *
 * ```c
 * struct ifaddrmsg {
 *   __u8  ifa_family;
 *   __u8  ifa_prefixlen;
 *   __u8  ifa_flags;      // the low bits of IFA_FLAGS
 *   __u8  ifa_scope;
 *   __u32 ifa_index;
 * };
 * struct ifa_cacheinfo { __u32 ifa_prefered, ifa_valid, cstamp, tstamp; };
 * ```
 */
export function decodeAddress(payload: Uint8Array): LinkAddress {
  const view = structView(payload, IFADDRMSG_SIZE, "ifaddrmsg");
  const attributes = new Attributes(payload.subarray(IFADDRMSG_SIZE));
  const ip = (type: number): string | undefined => {
    const bytes = attributes.bytes(type);
    return bytes === undefined ? undefined : ipText(bytes);
  };
  const [prefix, local] = [ip(IFA.ADDRESS), ip(IFA.LOCAL)];
  const bytes = attributes.bytes(IFA.CACHEINFO);
  const times = bytes === undefined ? undefined : structView(bytes, 16, "ifa_cacheinfo");
  const seconds = (value: number | undefined): number => value === undefined || value === FOREVER ? Infinity : value;
  const protocol = attributes.u8(IFA.PROTO);
  return {
    family: view.getUint8(0),
    interfaceIndex: view.getUint32(4, true),
    address: local ?? prefix ?? "",
    prefixLength: view.getUint8(1),
    scope: SCOPES.of(view.getUint8(3)),
    flags: FLAGS.ofBits(attributes.u32(IFA.FLAGS) ?? view.getUint8(2)),
    preferredLifetime: seconds(times?.getUint32(0, true)),
    validLifetime: seconds(times?.getUint32(4, true)),
    ...present({
      // IFA_ADDRESS belongs to the prefix: on a point-to-point link, it is the address of the other end.
      peer: local === undefined || local === prefix ? undefined : prefix,
      broadcast: ip(IFA.BROADCAST),
      anycast: ip(IFA.ANYCAST),
      label: attributes.text(IFA.LABEL),
      metric: attributes.u32(IFA.RT_PRIORITY),
      protocol: protocol === undefined || protocol === 0 ? undefined : PROTOCOLS.of(protocol),
    }),
    attributes,
  };
}

/** The payload of a request to add an address to an interface or to delete it. */
export function encodeAddress(address: NewAddress, interfaceIndex: number): Uint8Array {
  const { label, metric, preferredLifetime = Infinity, validLifetime = Infinity } = address;
  const { family, bytes, prefixLength } = networkBytes(address.address);
  if (family === C.AF_UNSPEC) throw new TypeError('Cannot encode an address: current value is "default"');
  const peer = address.peer === undefined ? undefined : networkBytes(address.peer);
  if (peer !== undefined && peer.family !== family) throw new TypeError("Cannot mix IPv4 and IPv6 addresses");
  const isLoopback = family === C.AF_INET && bytes[0] === 127;
  const head = new Uint8Array(IFADDRMSG_SIZE);
  const view = new DataView(head.buffer);
  view.setUint8(0, family);
  view.setUint8(1, peer?.prefixLength ?? prefixLength);
  view.setUint8(3, SCOPES.number(address.scope ?? (isLoopback ? "host" : "global")));
  view.setUint32(4, interfaceIndex, true);
  const parts: Uint8Array[] = [
    head,
    encodeAttribute(IFA.LOCAL, bytes),
    encodeAttribute(IFA.ADDRESS, peer?.bytes ?? bytes),
  ];
  if (address.broadcast !== undefined) {
    const broadcast = address.broadcast === "+" ? allHosts(bytes, prefixLength) : ipBytes(address.broadcast).bytes;
    parts.push(encodeAttribute(IFA.BROADCAST, broadcast));
  }
  if (label !== undefined) parts.push(encodeAttribute(IFA.LABEL, label));
  if (address.flags !== undefined) parts.push(u32Attribute(IFA.FLAGS, FLAGS.bits(address.flags), "flags"));
  if (metric !== undefined) parts.push(u32Attribute(IFA.RT_PRIORITY, metric, "metric"));
  if (preferredLifetime !== Infinity || validLifetime !== Infinity) {
    const times = new DataView(new ArrayBuffer(16));
    times.setUint32(0, secondsOf("preferred lifetime", preferredLifetime), true);
    times.setUint32(4, secondsOf("valid lifetime", validLifetime), true);
    parts.push(encodeAttribute(IFA.CACHEINFO, new Uint8Array(times.buffer)));
  }
  return concat(parts);
}

function secondsOf(field: string, seconds: number): number {
  return seconds === Infinity ? FOREVER : within("encode an address", field, seconds, FOREVER - 1);
}

/** An IPv4 address with all bits of the host part set. */
function allHosts(bytes: Uint8Array, prefixLength: number): Uint8Array {
  return bytes.map((byte, i) => byte | 0xff >> Math.min(8, Math.max(0, prefixLength - i * 8)));
}
