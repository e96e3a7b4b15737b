import type { Attributes } from "../../netlink/attribute.ts";

/** An RDMA link of a link group: `smcr linkgroup link-show`. */
export interface SmcLink {
  /** Number of its link group, in hexadecimal as smcr prints it. */
  groupId: string;
  /** Number of the link within its group. */
  id: number;
  /** Its number in hexadecimal, the same in both sides' reports. */
  uid: string;
  /** The peer's. */
  peerUid: string;
  /** Name of the RDMA device. */
  device: string;
  /** Port of the device, from 1. */
  port: number;
  /** Index of the network interface; 0 is none. */
  interfaceIndex: number;
  /** Local global identifier. */
  gid: string;
  /** The peer's. */
  peerGid: string;
  /** How many connections use it. */
  connections: number;
  /** Its state. */
  state: "unused" | "inactive" | "activating" | "active" | `${number}`;
}

const STATES = ["unused", "inactive", "activating", "active"] as const;

/** Decodes the contents of `SMC_GEN_LINK_SMCR`; the message before it has the group. */
export function decodeSmcLink(groupId: string, attributes: Attributes): SmcLink {
  const state = attributes.u32(10) ?? 0;
  return {
    groupId,
    id: attributes.u8(1) ?? 0,
    uid: networkOrder(attributes, 8),
    peerUid: networkOrder(attributes, 9),
    device: attributes.text(2) ?? "",
    port: attributes.u8(3) ?? 0,
    interfaceIndex: attributes.u32(7) ?? 0,
    gid: attributes.text(4) ?? "",
    peerGid: attributes.text(5) ?? "",
    connections: attributes.u32(6) ?? 0,
    state: STATES[state] ?? `${state}`,
  };
}

function networkOrder(attributes: Attributes, type: number): string {
  return [...attributes.bytes(type) ?? []].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
