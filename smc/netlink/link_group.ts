import type { Attributes } from "../../netlink/attribute.ts";

/** A link group: what the connections between the same two systems share. */
export type SmcLinkGroup = SmcrLinkGroup | SmcdLinkGroup;

/** The common fields of both kinds of link groups. */
export interface SmcLinkGroupBase {
  /** Number of the group, in hexadecimal as smcr and smcd print it. */
  id: string;
  /** How many connections use it. */
  connections: number;
  /** Its VLAN, or 0. */
  vlan: number;
  /** The PNET ID of its physical network, if it has one. */
  pnetId: string;
  /** What the peer announced about itself, in SMCv2. */
  v2?: SmcLinkGroupV2;
  /** Bytes allocated for send buffers, if the kernel reports them. */
  sendBuffers?: number;
  /** Bytes allocated for receive buffers, if the kernel reports them. */
  receiveBuffers?: number;
}

/** A link group over RDMA. */
export interface SmcrLinkGroup extends SmcLinkGroupBase {
  /** Over RDMA. */
  mode: "smc-r";
  /** Which side this is. */
  role: "client" | "server";
  /** How many links it has, and whether each side has two devices. */
  type: "none" | "single" | "symmetric" | "asymmetric-peer" | "asymmetric-local" | `${number}`;
  /** Number of its network namespace. */
  netCookie: bigint;
  /** How its buffers are laid out in memory. */
  bufferType: "physical" | "virtual" | "mixed" | `${number}`;
  /** In SMC-Rv2: whether the peer is reachable without a router. */
  direct?: boolean;
}

/** A link group over shared memory. */
export interface SmcdLinkGroup extends SmcLinkGroupBase {
  /** Over shared memory. */
  mode: "smc-d";
  /** Global identifier of the local device, in hex. */
  gid: string;
  /** The peer's. */
  peerGid: string;
  /** Number of the channel. */
  chid: number;
}

/** What SMCv2 knows about the peer of a link group. */
export interface SmcLinkGroupV2 {
  /** Version of SMC. */
  version: number;
  /** Release of that version. */
  release: number;
  /** The peer's operating system. */
  peerOs: "zos" | "linux" | "aix" | `${number}`;
  /** The enterprise id that both sides share. */
  eid: string;
  /** The peer's host name. */
  peerHostname: string;
}

const TYPES = ["none", "single", "symmetric", "asymmetric-peer", "asymmetric-local"] as const;
const BUFFER_TYPES = ["physical", "virtual", "mixed"] as const;
const SYSTEMS = [undefined, "zos", "linux", "aix"] as const;

/** Decodes the contents of `SMC_GEN_LGR_SMCR`. */
export function decodeSmcrLinkGroup(attributes: Attributes): SmcrLinkGroup {
  const type = attributes.u8(3) ?? 0;
  const bufferType = attributes.u8(11) ?? 0;
  const direct = attributes.nested(8)?.u8(1);
  return {
    mode: "smc-r",
    id: hex(attributes.u32(1) ?? 0, 8),
    role: attributes.u8(2) === 1 ? "server" : "client",
    type: TYPES[type] ?? `${type}`,
    connections: attributes.u32(6) ?? 0,
    vlan: attributes.u8(5) ?? 0,
    pnetId: attributes.text(4)?.trimEnd() ?? "",
    netCookie: attributes.u64(9) ?? 0n,
    bufferType: BUFFER_TYPES[bufferType] ?? `${bufferType}`,
    ...decodeV2(attributes.nested(7)),
    ...(direct === undefined ? {} : { direct: direct === 1 }),
    ...decodeBuffers(attributes),
  };
}

/** Decodes the contents of `SMC_GEN_LGR_SMCD`. */
export function decodeSmcdLinkGroup(attributes: Attributes): SmcdLinkGroup {
  const gid = (low: number, high: number): string =>
    hex(attributes.u64(low) ?? 0n, 16) + (attributes.u64(high) ? hex(attributes.u64(high) ?? 0n, 16) : "");
  return {
    mode: "smc-d",
    id: hex(attributes.u32(1) ?? 0, 8),
    gid: gid(2, 10),
    peerGid: gid(3, 11),
    vlan: attributes.u8(4) ?? 0,
    connections: attributes.u32(5) ?? 0,
    pnetId: attributes.text(6)?.trimEnd() ?? "",
    chid: attributes.u16(7) ?? 0,
    ...decodeV2(attributes.nested(9)),
    ...decodeBuffers(attributes),
  };
}

/** `SMC_NLA_LGR_V2_*` are numbered from 0. */
function decodeV2(attributes: Attributes | undefined): { v2?: SmcLinkGroupV2 } {
  if (attributes === undefined) return {};
  const system = attributes.u8(2) ?? 0;
  return {
    v2: {
      version: attributes.u8(0) ?? 0,
      release: attributes.u8(1) ?? 0,
      peerOs: SYSTEMS[system] ?? `${system}`,
      eid: attributes.text(3)?.trimEnd() ?? "",
      peerHostname: attributes.text(4)?.trimEnd() ?? "",
    },
  };
}

/** Both kinds of groups have these two with the same numbers. */
function decodeBuffers(attributes: Attributes): { sendBuffers?: number; receiveBuffers?: number } {
  const [send, receive] = [attributes.uint(12), attributes.uint(13)];
  return {
    ...(send === undefined ? {} : { sendBuffers: Number(send) }),
    ...(receive === undefined ? {} : { receiveBuffers: Number(receive) }),
  };
}

function hex(value: number | bigint, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}
