import { checkBytes } from "../checks/check_bytes.ts";
import { checkObject } from "../checks/check_object.ts";
import { within } from "../checks/within.ts";
import { structView } from "./_struct_view.ts";

const ENCODE = "encode inet_diag_req_v2";
const ADDRESS_SIZE = 16;

/** Size of `struct inet_diag_sockid` in bytes. */
export const SOCK_DIAG_ID_SIZE = 48;

/** Size of `struct inet_diag_msg` in bytes: the attributes follow. */
export const INET_DIAG_MSG_SIZE = 72;

/** Which socket a sock_diag message is about. */
export interface SockDiagId {
  /** Local port. */
  sourcePort: number;
  /** Remote port. */
  destinationPort: number;
  /** Local address: 16 bytes; an IPv4 address is the first four. */
  source: Uint8Array;
  /** Remote address, in the same form. */
  destination: Uint8Array;
  /** Index of the interface that the socket is bound to; 0 is any. */
  interfaceIndex: number;
  /** The kernel's number for the socket (`SO_COOKIE`). */
  cookie: bigint;
}

/**
 * Encodes the request for all TCP or UDP sockets. Its message type is `SOCK_DIAG_BY_FAMILY`, its flags contain
 * `NLM_F_DUMP`.
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
 * @param states Bit `n` requests the sockets in state `n`. Default: all.
 * @param extensions Bit `n - 1` requests attribute `n` of `INET_DIAG_*`. Default: none.
 * @param id The single socket to request, instead of all.
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
export function encodeInetDiagRequest(
  family: number,
  protocol: number,
  states = 0xffffffff,
  extensions = 0,
  id?: SockDiagId,
): Uint8Array {
  const bytes = new Uint8Array(8 + SOCK_DIAG_ID_SIZE);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, within(ENCODE, "family", family, 0xff));
  view.setUint8(1, within(ENCODE, "protocol", protocol, 0xff));
  view.setUint8(2, within(ENCODE, "extensions", extensions, 0xff));
  view.setUint32(4, within(ENCODE, "states", states, 0xffffffff), true);
  if (id === undefined) return bytes;
  checkObject(ENCODE, "the id", id);
  for (const address of [id.source, id.destination]) checkBytes(address);
  view.setUint16(8, within(ENCODE, "source port", id.sourcePort, 0xffff));
  view.setUint16(10, within(ENCODE, "destination port", id.destinationPort, 0xffff));
  within(ENCODE, "length of an address", Math.max(id.source.length, id.destination.length), ADDRESS_SIZE);
  bytes.set(id.source, 12);
  bytes.set(id.destination, 28);
  view.setUint32(44, within(ENCODE, "interface index", id.interfaceIndex, 0xffffffff), true);
  if (typeof id.cookie !== "bigint" || BigInt.asUintN(64, id.cookie) !== id.cookie) {
    throw new RangeError(`Cannot ${ENCODE} as the cookie must be a bigint of 64 bits: current value is ${id.cookie}`);
  }
  view.setBigUint64(48, id.cookie, true);
  return bytes;
}

/** What sock_diag reports about a TCP or UDP socket, without its attributes. */
export interface InetDiagMessage {
  /** `AF_INET` or `AF_INET6`. */
  family: number;
  /** State, by the kernel's numbers: 1 is established, 10 listens. */
  state: number;
  /** Which socket it is. */
  id: SockDiagId;
  /** The running timer: 0 none, 1 retransmission, 2 keep-alive, 3 time-wait, 4 window probe. */
  timer: number;
  /** Unanswered retransmissions or probes. */
  retransmits: number;
  /** Milliseconds until the timer expires. */
  expires: number;
  /** Bytes received and not read; for a listener, connections that wait to be accepted. */
  receiveQueue: number;
  /** Bytes written and not acknowledged; for a listener, its backlog. */
  sendQueue: number;
  /** The user id of the owner. */
  uid: number;
  /** The inode number, as in `socket:[…]` of its descriptor. */
  inode: number;
}

/**
 * Decodes what sock_diag reports about a TCP or UDP socket.
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
  const view = structView(payload, INET_DIAG_MSG_SIZE, "inet_diag_msg");
  return {
    family: view.getUint8(0),
    state: view.getUint8(1),
    timer: view.getUint8(2),
    retransmits: view.getUint8(3),
    id: decodeSockDiagId(payload.subarray(4)),
    expires: view.getUint32(52, true),
    receiveQueue: view.getUint32(56, true),
    sendQueue: view.getUint32(60, true),
    uid: view.getUint32(64, true),
    inode: view.getUint32(68, true),
  };
}

/**
 * Decodes the socket identity in any sock_diag message.
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
  const view = structView(bytes, SOCK_DIAG_ID_SIZE, "inet_diag_sockid");
  return {
    sourcePort: view.getUint16(0),
    destinationPort: view.getUint16(2),
    source: bytes.slice(4, 20),
    destination: bytes.slice(20, 36),
    interfaceIndex: view.getUint32(36, true),
    cookie: BigInt(view.getUint32(40, true)) | BigInt(view.getUint32(44, true)) << 32n,
  };
}
