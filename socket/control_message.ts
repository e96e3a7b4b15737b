import { checkBuffer } from "../checks/check_buffer.ts";
import { checkBytes } from "../checks/check_bytes.ts";
import { listOf } from "../checks/list_of.ts";
import { INT_MAX, within } from "../checks/within.ts";
import { layout } from "../ffi/system.ts";

/** One piece of ancillary data, as sendmsg(2) takes it and recvmsg(2) returns it. */
export interface ControlMessage {
  /** `cmsg_level`: the protocol it belongs to, such as `SOL_SOCKET`. */
  level: number;
  /** `cmsg_type`: what it is, such as `SCM_RIGHTS`. */
  type: number;
  /** The bytes after the header; numbers in them are in the machine's byte order. */
  data: Uint8Array;
}

const HEADER_SIZE = layout.cmsghdrSize;
/** So that the space is an `int`, too. */
const MAX_DATA = INT_MAX - HEADER_SIZE - 8;

/**
 * `CMSG_SPACE` of cmsg(3): the space that one control message takes, its header and padding included.
 *
 * ```c
 * #define CMSG_ALIGN(len) (((len) + sizeof (size_t) - 1) & (size_t) ~(sizeof (size_t) - 1))
 * #define CMSG_SPACE(len) (CMSG_ALIGN (len) + CMSG_ALIGN (sizeof (struct cmsghdr)))
 * ```
 *
 * @param length Bytes of data.
 * @returns Bytes in total, for 64-bit Linux.
 *
 * @example Room for three descriptors
 * ```ts
 * import { controlMessageSpace } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(controlMessageSpace(3 * 4), 32);
 * ```
 */
export function controlMessageSpace(length: number): number {
  return HEADER_SIZE + align(within("make room for a control message", "length", length, MAX_DATA));
}

/**
 * Encodes control messages for sendmsg(2), in order, for 64-bit Linux. No permission is needed.
 *
 * @param messages The control messages.
 * @returns The bytes, including the padding after each message.
 * @throws {RangeError} If a level or a type is not an `int`.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/cmsg.3.html | cmsg(3)}
 *
 * @example Usage
 * ```ts
 * import { decodeControlMessages, encodeControlMessages } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeControlMessages([{ level: 1, type: 1, data: new Uint8Array(4) }]);
 * assertEquals(bytes.length, 24);
 * assertEquals(decodeControlMessages(bytes)[0]?.data.length, 4);
 * ```
 */
export function encodeControlMessages(messages: readonly ControlMessage[]): Uint8Array<ArrayBuffer> {
  for (const message of listOf("encode control messages", "messages", messages)) {
    const data = message?.data;
    checkBuffer(data, data?.byteLength);
  }
  const size = messages.reduce((sum, { data }) => sum + controlMessageSpace(data.length), 0);
  const bytes = new Uint8Array(size);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const { level, type, data } of messages) {
    view.setBigUint64(at, BigInt(HEADER_SIZE + data.length), true);
    view.setInt32(at + 8, int("level", level), true);
    view.setInt32(at + 12, int("type", type), true);
    bytes.set(data, at + HEADER_SIZE);
    at += controlMessageSpace(data.length);
  }
  return bytes;
}

/**
 * Decodes the control messages that recvmsg(2) returned, in order, for 64-bit Linux. No permission is needed.
 *
 * It never fails: a message that claims to be longer than the input ends where the bytes end, and one that claims to be
 * shorter than its header ends the list.
 *
 * ```c
 * struct cmsghdr {
 *   size_t        cmsg_len;     //  0: header and data, without the padding behind it
 *   int           cmsg_level;   //  8
 *   int           cmsg_type;    // 12
 *   unsigned char cmsg_data[];  // 16
 * };
 * ```
 *
 * @param bytes The ancillary data, cut to the length that the kernel reported.
 * @returns The messages; their data are views of `bytes`, not copies.
 *
 * @see {@link https://man7.org/linux/man-pages/man3/cmsg.3.html | cmsg(3)}
 *
 * @example Usage
 * ```ts
 * import { decodeControlMessages } from "@berkeley/sockets/socket";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(decodeControlMessages(new Uint8Array(100)), []); // a length of 0 is not a message
 * ```
 */
export function decodeControlMessages(bytes: Uint8Array): ControlMessage[] {
  checkBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: ControlMessage[] = [];
  for (let at = 0; at + HEADER_SIZE <= bytes.length;) {
    const claimed = view.getBigUint64(at, true);
    if (claimed < HEADER_SIZE) break;
    const rest = bytes.length - at;
    const length = claimed < rest ? Number(claimed) : rest;
    messages.push({
      level: view.getInt32(at + 8, true),
      type: view.getInt32(at + 12, true),
      data: bytes.subarray(at + HEADER_SIZE, at + length),
    });
    at += align(length);
  }
  return messages;
}

function align(length: number): number {
  return (length + 7) & ~7;
}

function int(field: string, value: number): number {
  return within("encode a control message", field, value, INT_MAX, -INT_MAX - 1);
}
