import { C } from "../../ffi/constants.ts";
import { TCP_STATES } from "../../inet/options/tcp_info.ts";
import { decodeSockaddrUn } from "../../unix/sockaddr_un.ts";
import { structView } from "../_struct_view.ts";
import { Attributes } from "../attribute.ts";
import { NetlinkDecodeError } from "../decode_error.ts";
import { memoryOf, shutdownOf } from "./_attributes.ts";
import { present } from "../_present.ts";
import type { UnixSocketInfo } from "./socket_info.ts";

const UDIAG_SHOW_ALL = 0x7f;
const SUN_PATH_SIZE = 108;
const UNIX_DIAG = { NAME: 0, VFS: 1, PEER: 2, ICONS: 3, RQLEN: 4, MEMINFO: 5, SHUTDOWN: 6, UID: 7 } as const;

/**
 * ```c
 * struct unix_diag_req {
 *   __u8  sdiag_family;
 *   __u8  sdiag_protocol;
 *   __u16 pad;
 *   __u32 udiag_states;
 *   __u32 udiag_ino;
 *   __u32 udiag_show;
 *   __u32 udiag_cookie[2];
 * };
 * ```
 */
export function encodeUnixRequest(states: number): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, C.AF_UNIX);
  view.setUint32(4, states, true);
  view.setUint32(12, UDIAG_SHOW_ALL, true);
  return bytes;
}

/**
 * ```c
 * struct unix_diag_msg {
 *   __u8  udiag_family;
 *   __u8  udiag_type;
 *   __u8  udiag_state;
 *   __u8  pad;
 *   __u32 udiag_ino;
 *   __u32 udiag_cookie[2];
 * };
 * ```
 */
export function decodeUnixSocket(payload: Uint8Array): UnixSocketInfo {
  const view = structView(payload, 16, "unix_diag_msg");
  const attributes = new Attributes(payload.subarray(16));
  const queues = attributes.bytes(UNIX_DIAG.RQLEN); // struct unix_diag_rqlen { __u32 udiag_rqueue, udiag_wqueue; };
  const lengths = queues === undefined ? undefined : structView(queues, 8, "unix_diag_rqlen");
  const shutdown = attributes.u8(UNIX_DIAG.SHUTDOWN);
  return {
    protocol: "unix",
    family: view.getUint8(0),
    type: view.getUint8(1),
    state: TCP_STATES[view.getUint8(2) - 1] ?? "CLOSE",
    localAddr: addrOf(attributes.bytes(UNIX_DIAG.NAME) ?? new Uint8Array(), view.getUint8(1)),
    interfaceIndex: 0,
    inode: view.getUint32(4, true),
    cookie: view.getBigUint64(8, true),
    attributes,
    ...present({
      receiveQueue: lengths?.getUint32(0, true),
      sendQueue: lengths?.getUint32(4, true),
      shutdown: shutdown === undefined ? undefined : shutdownOf(shutdown),
      memory: memoryOf(attributes, UNIX_DIAG.MEMINFO),
      uid: attributes.u32(UNIX_DIAG.UID),
      peerInode: attributes.u32(UNIX_DIAG.PEER),
      file: fileOf(attributes),
      pending: pendingOf(attributes),
    }),
  };
}

/** `sun_path`, without padding. */
function addrOf(name: Uint8Array, type: number): UnixSocketInfo["localAddr"] {
  if (name.length > SUN_PATH_SIZE) {
    throw new NetlinkDecodeError(
      `Cannot decode the name of a unix socket as it must be <= ${SUN_PATH_SIZE} bytes: current length is ${name.length}`,
    );
  }
  return decodeSockaddrUn(new Uint8Array([C.AF_UNIX, 0, ...name]), type === C.SOCK_DGRAM ? "unixpacket" : "unix");
}

/** `struct unix_diag_vfs { __u32 udiag_vfs_ino; __u32 udiag_vfs_dev; };` */
function fileOf(attributes: Attributes): UnixSocketInfo["file"] {
  const bytes = attributes.bytes(UNIX_DIAG.VFS);
  if (bytes === undefined) return undefined;
  const view = structView(bytes, 8, "unix_diag_vfs");
  return { inode: view.getUint32(0, true), device: view.getUint32(4, true) };
}

function pendingOf(attributes: Attributes): number[] | undefined {
  const bytes = attributes.bytes(UNIX_DIAG.ICONS);
  if (bytes === undefined) return undefined;
  const view = structView(bytes, 0, "the pending connections");
  return Array.from({ length: bytes.length >> 2 }, (_, i) => view.getUint32(i * 4, true));
}
