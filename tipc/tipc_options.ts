import { checkObject } from "../checks/check_object.ts";
import { within } from "../checks/within.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { booleanOption, intOption, type SocketOption, type WritableOption, writableOption } from "../socket/option.ts";

/** A group to join, for {@linkcode TIPC_GROUP_JOIN}. */
export interface TipcGroup {
  /** The number of the group: a type of service. */
  type: number;
  /** The number of this member. */
  instance: number;
  /** 2 for a group of the cluster, 3 for one of this node. */
  scope: number;
  /** `TIPC_GROUP_LOOPBACK` (1) and `TIPC_GROUP_MEMBER_EVTS` (2), ORed. */
  flags: number;
}

// The options of TIPC, sorted by C name.

/** Milliseconds until connect(2) gives up. Default: 8000. */
export const TIPC_CONN_TIMEOUT: SocketOption<number> = intOption("SOL_TIPC", "TIPC_CONN_TIMEOUT");
/** Whether an undeliverable message is dropped rather than returned. */
export const TIPC_DEST_DROPPABLE: SocketOption<boolean> = booleanOption("SOL_TIPC", "TIPC_DEST_DROPPABLE");
/** Joins a communication group. */
export const TIPC_GROUP_JOIN: WritableOption<TipcGroup> = writableOption("SOL_TIPC", "TIPC_GROUP_JOIN", (group) => {
  checkObject("set TIPC_GROUP_JOIN", "the value", group);
  // struct tipc_group_req { __u32 type; __u32 instance; __u32 scope; __u32 flags; };
  const view = new DataView(new ArrayBuffer(16));
  for (const [i, field] of (["type", "instance", "scope", "flags"] as const).entries()) {
    view.setUint32(i * 4, within("set TIPC_GROUP_JOIN", field, group[field], 0xffffffff), HOST_LITTLE_ENDIAN);
  }
  return new Uint8Array(view.buffer);
});
/** The importance of sent messages, 0 to 3. A full receiver refuses less important messages first. */
export const TIPC_IMPORTANCE: SocketOption<number> = intOption("SOL_TIPC", "TIPC_IMPORTANCE");
/** Whether small messages of a stream are sent immediately. */
export const TIPC_NODELAY: SocketOption<boolean> = booleanOption("SOL_TIPC", "TIPC_NODELAY");
/** Whether a message may be dropped if the link is congested. */
export const TIPC_SRC_DROPPABLE: SocketOption<boolean> = booleanOption("SOL_TIPC", "TIPC_SRC_DROPPABLE");
