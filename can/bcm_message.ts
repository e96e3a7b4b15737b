import { checkBytes } from "../checks/check_bytes.ts";
import { checkObject } from "../checks/check_object.ts";
import { listOf } from "../checks/list_of.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { type CanFrame, decodeCanFrame, encodeCanFrame } from "./frame.ts";

/** A message to or from the broadcast manager: a `struct bcm_msg_head` and its frames. */
export interface BcmMessage {
  /** The command, or the event: `TX_SETUP`, `RX_CHANGED`, … */
  opcode: number;
  /** `SETTIMER`, `STARTTIMER`, `RX_FILTER_ID`, …, ORed. `CAN_FD_FRAME` is set if the frames are CAN FD frames. */
  flags?: number;
  /** How many frames to send at the first interval; 0 for none. */
  count?: number;
  /** The first interval, or the timeout of a received frame, in microseconds. */
  interval1?: number;
  /** The second interval, or the shortest time between two notifications, in microseconds. */
  interval2?: number;
  /** The identifier of the task. */
  id: number;
  /** The frames. Default: none. */
  frames?: readonly CanFrame[];
}

const ENCODE = "encode a message to the broadcast manager";
/** `sizeof(struct bcm_msg_head)`. */
export const BCM_HEAD_SIZE = 56;

/**
 * Encodes a message to the CAN broadcast manager. No permission is needed.
 *
 * ```c
 * struct bcm_msg_head {        // on 64 bits
 *   __u32 opcode;              //  0
 *   __u32 flags;               //  4
 *   __u32 count;               //  8
 *   struct bcm_timeval ival1;  // 16, { long tv_sec; long tv_usec; }
 *   struct bcm_timeval ival2;  // 32
 *   canid_t can_id;            // 48
 *   __u32 nframes;             // 52
 *   struct can_frame frames[]; // 56
 * };
 * ```
 *
 * @param message The message.
 * @returns The bytes.
 * @throws {RangeError} If a number does not fit its field.
 *
 * @see {@link https://docs.kernel.org/networking/can.html#broadcast-manager-protocol-sockets-sock-dgram | CAN_BCM}
 *
 * @example Usage
 * ```ts
 * import { decodeBcmMessage, encodeBcmMessage } from "@berkeley/sockets/can";
 * import { C } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeBcmMessage({ opcode: C.TX_DELETE, id: 0x123 });
 * assertEquals(decodeBcmMessage(bytes).id, 0x123);
 * ```
 */
export function encodeBcmMessage(message: BcmMessage): Uint8Array<ArrayBuffer> {
  checkObject(ENCODE, "the message", message);
  const { opcode, flags = 0, count = 0, interval1 = 0, interval2 = 0, id, frames = [] } = message;
  const fd = listOf(ENCODE, "frames", frames).some((frame) => frame?.fd ?? frame?.data?.length > 8);
  const encoded = frames.map((frame) => encodeCanFrame({ ...frame, fd }));
  const size = encoded[0]?.length ?? 0;
  const bytes = new Uint8Array(BCM_HEAD_SIZE + size * encoded.length);
  const view = new DataView(bytes.buffer);
  const word = (at: number, field: string, value: number): void =>
    view.setUint32(
      at,
      within(ENCODE, field, value, 0xffffffff),
      HOST_LITTLE_ENDIAN,
    );
  word(0, "opcode", opcode);
  word(4, "flags", (flags | (fd ? C.CAN_FD_FRAME : 0)) >>> 0);
  word(8, "count", count);
  for (const [at, microseconds] of [[16, interval1], [32, interval2]] as const) {
    within(ENCODE, "interval", microseconds, Number.MAX_SAFE_INTEGER);
    view.setBigInt64(at, BigInt(Math.floor(microseconds / 1e6)), HOST_LITTLE_ENDIAN);
    view.setBigInt64(at + 8, BigInt(microseconds % 1e6), HOST_LITTLE_ENDIAN);
  }
  word(48, "identifier", id > C.CAN_SFF_MASK && id <= C.CAN_EFF_MASK ? id + C.CAN_EFF_FLAG : id);
  word(52, "number of frames", encoded.length);
  for (const [i, frame] of encoded.entries()) bytes.set(frame, BCM_HEAD_SIZE + i * size);
  return bytes;
}

/**
 * Decodes a message from the CAN broadcast manager. No permission is needed.
 *
 * @param bytes The message.
 * @returns The message, with all of its fields.
 * @throws {RangeError} If it is truncated.
 *
 * @example Usage
 * ```ts
 * import { decodeBcmMessage, encodeBcmMessage } from "@berkeley/sockets/can";
 * import { C } from "@berkeley/sockets/ffi";
 * import { assertEquals } from "@std/assert";
 *
 * const frames = [{ id: 1, data: new Uint8Array([7]) }];
 * const message = decodeBcmMessage(encodeBcmMessage({ opcode: C.TX_SETUP, id: 1, interval2: 10_000, frames }));
 * assertEquals([message.interval2, message.frames[0]?.data], [10_000, new Uint8Array([7])]);
 * ```
 */
export function decodeBcmMessage(bytes: Uint8Array): Required<BcmMessage> {
  checkBytes(bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const word = (at: number): number => bytes.length < BCM_HEAD_SIZE ? 0 : view.getUint32(at, HOST_LITTLE_ENDIAN);
  const [flags, count] = [word(4), word(52)];
  const size = (flags & C.CAN_FD_FRAME) === 0 ? 16 : 72;
  if (bytes.length < BCM_HEAD_SIZE + count * size) {
    throw new RangeError(
      `Cannot decode a truncated message of the broadcast manager: current length is ${bytes.length}`,
    );
  }
  const interval = (at: number): number =>
    Number(view.getBigInt64(at, HOST_LITTLE_ENDIAN)) * 1e6 + Number(view.getBigInt64(at + 8, HOST_LITTLE_ENDIAN));
  const frame = (_: unknown, i: number): CanFrame =>
    decodeCanFrame(bytes.subarray(BCM_HEAD_SIZE + i * size, BCM_HEAD_SIZE + (i + 1) * size));
  return {
    opcode: word(0),
    flags,
    count: word(8),
    interval1: interval(16),
    interval2: interval(32),
    id: word(48) & C.CAN_EFF_MASK,
    frames: Array.from({ length: count }, frame),
  };
}
