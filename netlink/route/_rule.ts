import { within } from "../../checks/within.ts";
import { C } from "../../ffi/constants.ts";
import { concat } from "../_concat.ts";
import { u32Attribute, u8Attribute } from "../_encode.ts";
import { present } from "../_present.ts";
import { structView } from "../_struct_view.ts";
import { Attributes, encodeAttribute } from "../attribute.ts";
import { familyOf, networkBytes, networkText } from "./_ip.ts";
import { Names, PROTOCOLS } from "./_names.ts";
import type { NewRule, Rule } from "./rule.ts";

export const FIB_RULE_HDR_SIZE = 12;
const FRA = {
  DST: 1,
  SRC: 2,
  IIFNAME: 3,
  GOTO: 4,
  PRIORITY: 6,
  FWMARK: 10,
  TUN_ID: 12,
  SUPPRESS_IFGROUP: 13,
  SUPPRESS_PREFIXLEN: 14,
  TABLE: 15,
  FWMASK: 16,
  OIFNAME: 17,
  L3MDEV: 19,
  UID_RANGE: 20,
  PROTOCOL: 21,
  IP_PROTO: 22,
  SPORT_RANGE: 23,
  DPORT_RANGE: 24,
} as const;
const FIB_RULE_INVERT = 0x2;
const FIB_RULE_IIF_DETACHED = 0x8;
const FIB_RULE_OIF_DETACHED = 0x10;
const RT_TABLE_MAIN = 254;

/** `FR_ACT_*`. */
const ACTIONS = new Names("action of a rule", {
  1: "table",
  2: "goto",
  3: "nop",
  6: "blackhole",
  7: "unreachable",
  8: "prohibit",
});

/**
 * Decodes a message of type `RTM_NEWRULE` or `RTM_DELRULE`.
 *
 * ```c
 * struct fib_rule_hdr {
 *   __u8  family;
 *   __u8  dst_len;
 *   __u8  src_len;
 *   __u8  tos;
 *   __u8  table;      // the low bits of FRA_TABLE
 *   __u8  res1, res2;
 *   __u8  action;
 *   __u32 flags;
 * };
 * ```
 */
export function decodeRule(payload: Uint8Array): Rule {
  const view = structView(payload, FIB_RULE_HDR_SIZE, "fib_rule_hdr");
  const attributes = new Attributes(payload.subarray(FIB_RULE_HDR_SIZE));
  const family = view.getUint8(0);
  const network = (type: number, prefixLength: number): string | undefined => {
    return prefixLength === 0 ? undefined : networkText(family, attributes.bytes(type), prefixLength);
  };
  const flags = view.getUint32(8, true);
  const table = attributes.u32(FRA.TABLE) ?? view.getUint8(4);
  const tunnel = attributes.bytes(FRA.TUN_ID);
  const protocol = attributes.u8(FRA.PROTOCOL);
  const none = (value: number | undefined): number | undefined => value === 0xffffffff ? undefined : value;
  return {
    family,
    priority: attributes.u32(FRA.PRIORITY) ?? 0,
    action: ACTIONS.of(view.getUint8(7)),
    not: (flags & FIB_RULE_INVERT) !== 0,
    tos: view.getUint8(3),
    inputDetached: (flags & FIB_RULE_IIF_DETACHED) !== 0,
    outputDetached: (flags & FIB_RULE_OIF_DETACHED) !== 0,
    l3mdev: (attributes.u8(FRA.L3MDEV) ?? 0) !== 0,
    ...present({
      table: table === 0 ? undefined : table,
      goto: attributes.u32(FRA.GOTO),
      source: network(FRA.SRC, view.getUint8(2)),
      destination: network(FRA.DST, view.getUint8(1)),
      inputInterface: attributes.text(FRA.IIFNAME),
      outputInterface: attributes.text(FRA.OIFNAME),
      mark: attributes.u32(FRA.FWMARK),
      markMask: attributes.u32(FRA.FWMASK),
      uidRange: rangeOf(attributes.bytes(FRA.UID_RANGE), 4),
      ipProtocol: attributes.u8(FRA.IP_PROTO),
      sourcePorts: rangeOf(attributes.bytes(FRA.SPORT_RANGE), 2),
      destinationPorts: rangeOf(attributes.bytes(FRA.DPORT_RANGE), 2),
      tunnelId: tunnel === undefined ? undefined : structView(tunnel, 8, "the id of a tunnel").getBigUint64(0),
      suppressPrefixLength: none(attributes.u32(FRA.SUPPRESS_PREFIXLEN)),
      suppressGroup: none(attributes.u32(FRA.SUPPRESS_IFGROUP)),
      protocol: protocol === undefined ? undefined : PROTOCOLS.of(protocol),
    }),
    attributes,
  };
}

/** `struct fib_rule_uid_range { __u32 start, end; }` and `struct fib_rule_port_range { __u16 start, end; }`. */
function rangeOf(bytes: Uint8Array | undefined, size: 2 | 4): [first: number, last: number] | undefined {
  if (bytes === undefined) return undefined;
  const view = structView(bytes, size * 2, "the range of a rule");
  return size === 2
    ? [view.getUint16(0, true), view.getUint16(2, true)]
    : [view.getUint32(0, true), view.getUint32(4, true)];
}

/** The payload of a request about a rule. */
export function encodeRule(rule: NewRule, isDelete = false): Uint8Array {
  const { priority, goto, mark, markMask, uidRange, ipProtocol, sourcePorts, destinationPorts, tunnelId } = rule;
  const [source, destination] = [rule.source, rule.destination].map((text) =>
    text === undefined ? undefined : networkBytes(text)
  );
  const family = familyOf([rule.family, source?.family, destination?.family], C.AF_INET);
  const action = rule.action ?? (goto === undefined ? "table" : "goto");
  const looksUp = action === "table" && !rule.l3mdev;
  const table = within("encode a rule", "table", rule.table ?? (looksUp && !isDelete ? RT_TABLE_MAIN : 0), 0xffffffff);
  const head = new Uint8Array(FIB_RULE_HDR_SIZE);
  const view = new DataView(head.buffer);
  view.setUint8(0, family);
  view.setUint8(1, destination?.prefixLength ?? 0);
  view.setUint8(2, source?.prefixLength ?? 0);
  view.setUint8(3, within("encode a rule", "type of service", rule.tos ?? 0, 0xff));
  view.setUint8(4, table < 256 ? table : 0);
  view.setUint8(7, isDelete && rule.action === undefined && goto === undefined ? 0 : ACTIONS.number(action));
  view.setUint32(8, rule.not ? FIB_RULE_INVERT : 0, true);
  const parts: Uint8Array[] = [head];
  if (table > 0) parts.push(u32Attribute(FRA.TABLE, table, "table"));
  if (priority !== undefined) parts.push(u32Attribute(FRA.PRIORITY, priority, "priority"));
  if (goto !== undefined) parts.push(u32Attribute(FRA.GOTO, goto, "rule to go to"));
  if (source?.bytes.length) parts.push(encodeAttribute(FRA.SRC, source.bytes));
  if (destination?.bytes.length) parts.push(encodeAttribute(FRA.DST, destination.bytes));
  if (rule.inputInterface !== undefined) parts.push(encodeAttribute(FRA.IIFNAME, rule.inputInterface));
  if (rule.outputInterface !== undefined) parts.push(encodeAttribute(FRA.OIFNAME, rule.outputInterface));
  if (mark !== undefined) parts.push(u32Attribute(FRA.FWMARK, mark, "mark"));
  if (markMask !== undefined) parts.push(u32Attribute(FRA.FWMASK, markMask, "mask of the mark"));
  if (rule.l3mdev) parts.push(u8Attribute(FRA.L3MDEV, 1, "l3mdev"));
  if (uidRange !== undefined) parts.push(encodeRange(FRA.UID_RANGE, uidRange, 4));
  if (ipProtocol !== undefined) parts.push(u8Attribute(FRA.IP_PROTO, ipProtocol, "protocol of IP"));
  if (sourcePorts !== undefined) parts.push(encodeRange(FRA.SPORT_RANGE, sourcePorts, 2));
  if (destinationPorts !== undefined) parts.push(encodeRange(FRA.DPORT_RANGE, destinationPorts, 2));
  if (tunnelId !== undefined) parts.push(encodeTunnel(tunnelId));
  if (rule.suppressPrefixLength !== undefined) {
    parts.push(u32Attribute(FRA.SUPPRESS_PREFIXLEN, rule.suppressPrefixLength, "length of prefixes"));
  }
  if (rule.suppressGroup !== undefined) parts.push(u32Attribute(FRA.SUPPRESS_IFGROUP, rule.suppressGroup, "group"));
  if (rule.protocol !== undefined) {
    parts.push(u8Attribute(FRA.PROTOCOL, PROTOCOLS.number(rule.protocol), "protocol"));
  }
  return concat(parts);
}

function encodeRange(type: number, [first, last]: [number, number], size: 2 | 4): Uint8Array {
  const view = new DataView(new ArrayBuffer(size * 2));
  for (const [i, value] of [first, last].entries()) {
    const checked = within("encode a rule", "end of a range", value, 2 ** (size * 8) - 1);
    if (size === 2) view.setUint16(i * 2, checked, true);
    else view.setUint32(i * 4, checked, true);
  }
  return encodeAttribute(type, new Uint8Array(view.buffer));
}

function encodeTunnel(id: bigint): Uint8Array {
  const view = new DataView(new ArrayBuffer(8));
  view.setBigUint64(0, id);
  return encodeAttribute(FRA.TUN_ID, new Uint8Array(view.buffer));
}
