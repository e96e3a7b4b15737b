import { within } from "../checks/within.ts";
import { NetlinkDecodeError } from "./decode_error.ts";

const ENCODE = "encode inet_diag_req_v2";

/** Size of `struct inet_diag_sockid` in bytes. */
export const SOCK_DIAG_ID_SIZE = 48;

/** Which socket a sock_diag message is about. */
export interface SockDiagId {
  /** Local port. */
  sourcePort: number;
  /** Remote port. */
  destinationPort: number;
  /** Local address: 16 bytes; an IPv4 address is the first four. */
  source: Uint8Array;
  /** Remote address, alike. */
  destination: Uint8Array;
  /** Index of the interface that the socket is bound to; 0 is any. */
  interfaceIndex: number;
  /** The number that the kernel gave the socket (`SO_COOKIE`). */
  cookie: bigint;
}

/**
 * Encodes the request for all sockets of a TCP or UDP kind. Its message type is `SOCK_DIAG_BY_FAMILY`, its flags
 * contain `NLM_F_DUMP`.
 *
 * ```c
 * struct inet_diag_req_v2 {
 *   __u8  sdiag_family;
 *   __u8  sdiag_protocol;
 *   __u8  idiag_ext;
 *   __u8  pad;
 *   __u32 idiag_states;
 *   struct inet_diag_sockid id;
 * };
 * ```
 *
 * @param family `AF_INET` or `AF_INET6`.
 * @param protocol `IPPROTO_TCP` or `IPPROTO_UDP`.
 * @param states Bit `n` asks for the sockets in state `n`. Default: all.
 * @returns The payload.
 * @throws {RangeError} If a number does not fit its field.
 * @see {@link https://man7.org/linux/man-pages/man7/sock_diag.7.html | sock_diag(7)}
 *
 * @example Usage
 * ```ts
 * import { encodeInetDiagRequest } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeInetDiagRequest(2, 6).length, 56);
 * ```
 */
export function encodeInetDiagRequest(family: number, protocol: number, states = 0xffffffff): Uint8Array {
  const bytes = new Uint8Array(8 + SOCK_DIAG_ID_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, within(ENCODE, "family", family, 0xff));
  view.setUint8(1, within(ENCODE, "protocol", protocol, 0xff));
  view.setUint32(4, within(ENCODE, "states", states, 0xffffffff), true);
  return bytes;
}

/** What sock_diag says of a TCP or UDP socket, without its attributes. */
export interface InetDiagMessage {
  /** `AF_INET` or `AF_INET6`. */
  family: number;
  /** State, by the kernel's numbers: 1 is established, 10 listens. */
  state: number;
  /** Which socket it is. */
  id: SockDiagId;
  /** Owner of the socket. */
  uid: number;
  /** The number in `socket:[…]` of its descriptor. */
  inode: number;
}

/**
 * Decodes what sock_diag says of a TCP or UDP socket.
 *
 * ```c
 * struct inet_diag_msg {
 *   __u8  idiag_family;
 *   __u8  idiag_state;
 *   __u8  idiag_timer;
 *   __u8  idiag_retrans;
 *   struct inet_diag_sockid id;
 *   __u32 idiag_expires;
 *   __u32 idiag_rqueue;
 *   __u32 idiag_wqueue;
 *   __u32 idiag_uid;
 *   __u32 idiag_inode;
 * };                      // then attributes
 * ```
 *
 * @param payload The payload of a message of type `SOCK_DIAG_BY_FAMILY`.
 * @returns The socket.
 * @throws {NetlinkDecodeError} If the payload is shorter than the structure.
 *
 * @example Usage
 * ```ts
 * import { decodeInetDiagMessage } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeInetDiagMessage(new Uint8Array(72)).inode, 0);
 * ```
 */
export function decodeInetDiagMessage(payload: Uint8Array): InetDiagMessage {
  const view = viewOf(payload, 24 + SOCK_DIAG_ID_SIZE);
  return {
    family: view.getUint8(0),
    state: view.getUint8(1),
    id: decodeSockDiagId(payload.subarray(4)),
    uid: view.getUint32(64, true),
    inode: view.getUint32(68, true),
  };
}

/**
 * Decodes the identity within any sock_diag message.
 *
 * ```c
 * struct inet_diag_sockid {
 *   __be16 idiag_sport;
 *   __be16 idiag_dport;
 *   __be32 idiag_src[4];
 *   __be32 idiag_dst[4];
 *   __u32  idiag_if;
 *   __u32  idiag_cookie[2];
 * };
 * ```
 *
 * @param bytes The structure, and whatever follows it.
 * @returns The identity; its addresses are copies.
 * @throws {NetlinkDecodeError} If there are fewer than 48 bytes.
 *
 * @example Usage
 * ```ts
 * import { decodeSockDiagId } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeSockDiagId(new Uint8Array([0xc3, 0x50, ...new Uint8Array(46)])).sourcePort, 50000);
 * ```
 */
export function decodeSockDiagId(bytes: Uint8Array): SockDiagId {
  const view = viewOf(bytes, SOCK_DIAG_ID_SIZE);
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    source: bytes.slice(4, 20),
    destination: bytes.slice(20, 36),
    interfaceIndex: view.getUint32(36, true),
    cookie: BigInt(view.getUint32(40, true)) | BigInt(view.getUint32(44, true)) << 32n,
  };
}

function viewOf(bytes: Uint8Array, size: number): DataView {
  if (bytes.length < size) {
    throw new NetlinkDecodeError(
      `Cannot decode a sock_diag message as it must be >= ${size} bytes: current length is ${bytes.length}`,
    );
  }
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
