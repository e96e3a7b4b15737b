import { checkText } from "../checks/check_text.ts";
import { SOCKADDR_STORAGE_SIZE } from "../ffi/sockaddr_layout.ts";
import { encodeInt, type WritableOption, writableOption } from "../socket/option.ts";
import { encodeInetSockaddr } from "./addresses/sockaddr.ts";

/** A multicast group on an interface; optionally, of one sender only. */
export interface GroupRequest {
  /** The group, as a numeric address. */
  group: string;
  /** The index of the interface; 0 for the system's choice. */
  interfaceIndex: number;
  /** The sender, as a numeric address. */
  source?: string;
}

/**
 * The options that join and leave groups of both families, as RFC 3678 defines them.
 *
 * ```c
 * struct group_req { uint32_t gr_interface; struct sockaddr_storage gr_group; };             // 0, 8
 * struct group_source_req { uint32_t gsr_interface; struct sockaddr_storage gsr_group;       // 0, 8
 *                           struct sockaddr_storage gsr_source; };                           // 136
 * ```
 */
export function groupOption(
  action: "join" | "leave" | "block" | "unblock",
  request: GroupRequest,
): WritableOption<GroupRequest> {
  const name = request.source === undefined ? ANY_SOURCE[action] : ONE_SOURCE[action];
  if (name === undefined) throw new TypeError(`Cannot ${action} a group without a source: current value is undefined`);
  checkText(`${action} a group`, request.group);
  const level = request.group.includes(":") ? "IPPROTO_IPV6" : "IPPROTO_IP";
  return { ...writableOption(level, name, encode), address: request.group };
}

const ANY_SOURCE = {
  join: "MCAST_JOIN_GROUP",
  leave: "MCAST_LEAVE_GROUP",
  block: undefined,
  unblock: undefined,
} as const;
const ONE_SOURCE = {
  join: "MCAST_JOIN_SOURCE_GROUP",
  leave: "MCAST_LEAVE_SOURCE_GROUP",
  block: "MCAST_BLOCK_SOURCE",
  unblock: "MCAST_UNBLOCK_SOURCE",
} as const;

function encode({ group, interfaceIndex, source }: GroupRequest): Uint8Array {
  const bytes = new Uint8Array(8 + SOCKADDR_STORAGE_SIZE * (source === undefined ? 1 : 2));
  bytes.set(encodeInt(interfaceIndex, "interfaceIndex"));
  bytes.set(encodeInetSockaddr({ hostname: group, port: 0 }), 8);
  if (source !== undefined) bytes.set(encodeInetSockaddr({ hostname: source, port: 0 }), 8 + SOCKADDR_STORAGE_SIZE);
  return bytes;
}
