import { checkBytes } from "../checks/check_bytes.ts";
import { checkObject } from "../checks/check_object.ts";
import { within } from "../checks/within.ts";
import { align } from "./_align.ts";
import { concat } from "./_concat.ts";
import { NetlinkDecodeError } from "./decode_error.ts";

/** Size of `struct nlmsghdr` in bytes. */
const HEADER_SIZE = 16;
const ENCODE = "encode a netlink message";

/** One netlink message. */
export interface NetlinkMessage {
  /** `nlmsg_type`: the kind of payload; numbers below 16 belong to netlink itself. */
  type: number;
  /** `nlmsg_flags`: `NLM_F_*`. */
  flags: number;
  /** `nlmsg_seq`: the number that matches answers to their request. */
  seq: number;
  /** `nlmsg_pid`: the port of the sender; 0 is the kernel. */
  port: number;
  /** The bytes after the header. */
  payload: Uint8Array;
}

/**
 * Encodes a message. Integers are in host byte order, which is little-endian on every supported platform.
 *
 * ```c
 * struct nlmsghdr {
 *   __u32 nlmsg_len;    // with this header
 *   __u16 nlmsg_type;
 *   __u16 nlmsg_flags;
 *   __u32 nlmsg_seq;
 *   __u32 nlmsg_pid;
 * };
 * ```
 *
 * @param message The message; `flags`, `seq` and `port` default to 0.
 * @returns The bytes, with the length of the payload in the header.
 * @throws {RangeError} If a number does not fit its field.
 * @throws {TypeError} If the payload is not a `Uint8Array`.
 * @see {@link https://man7.org/linux/man-pages/man7/netlink.7.html | netlink(7)}
 *
 * @example Usage
 * ```ts
 * import { decodeMessages, encodeMessage } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeMessage({ type: 20, seq: 1, payload: new Uint8Array([43]) });
 * assertEquals(bytes.length, 17);
 * assertEquals(decodeMessages(bytes)[0]?.type, 20);
 * ```
 */
export function encodeMessage(message: Pick<NetlinkMessage, "type" | "payload"> & Partial<NetlinkMessage>): Uint8Array {
  checkObject(ENCODE, "the message", message);
  const { type, flags = 0, seq = 0, port = 0, payload } = message;
  const bytes = concat([new Uint8Array(HEADER_SIZE), payload]);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, bytes.length, true);
  view.setUint16(4, within(ENCODE, "type", type, 0xffff), true);
  view.setUint16(6, within(ENCODE, "flags", flags, 0xffff), true);
  view.setUint32(8, within(ENCODE, "seq", seq, 0xffffffff), true);
  view.setUint32(12, within(ENCODE, "port", port, 0xffffffff), true);
  return bytes;
}

/**
 * Decodes one datagram of a netlink socket: one or several messages, each aligned to four bytes.
 *
 * @param bytes The datagram.
 * @returns The messages; their payloads are views of `bytes`.
 * @throws {NetlinkDecodeError} If a length is invalid, or the datagram ends inside a message.
 * @see {@link https://man7.org/linux/man-pages/man7/netlink.7.html | netlink(7)}
 *
 * @example Usage
 * ```ts
 * import { decodeMessages, encodeMessage } from "@berkeley/sockets/netlink";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeMessage({ type: 3, payload: new Uint8Array(4) });
 * assertEquals(decodeMessages(new Uint8Array([...bytes, ...bytes])).length, 2);
 * ```
 */
export function decodeMessages(bytes: Uint8Array): NetlinkMessage[] {
  checkBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: NetlinkMessage[] = [];
  for (let at = 0; at < bytes.length;) {
    const left = bytes.length - at;
    const length = left < HEADER_SIZE ? 0 : view.getUint32(at, true);
    if (length < HEADER_SIZE || length > left) {
      throw new NetlinkDecodeError(
        `Cannot decode a netlink message as its length must be 16 to ${left}: current length is ${length}`,
      );
    }
    messages.push({
      type: view.getUint16(at + 4, true),
      flags: view.getUint16(at + 6, true),
      seq: view.getUint32(at + 8, true),
      port: view.getUint32(at + 12, true),
      payload: bytes.subarray(at + HEADER_SIZE, at + length),
    });
    at += align(length);
  }
  return messages;
}
