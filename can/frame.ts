import { checkBytes } from "../checks/check_bytes.ts";
import { checkObject } from "../checks/check_object.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";

/** A frame of a CAN bus. */
export interface CanFrame {
  /** The identifier: 11 bits, or 29 if it is `extended`; for an error frame, the error classes (`CAN_ERR_*`). */
  id: number;
  /** The data: at most 8 bytes, or 64 in a CAN FD frame. */
  data: Uint8Array;
  /** An identifier of 29 bits (`CAN_EFF_FLAG`). Default: whether the identifier has more than 11. */
  extended?: boolean;
  /** A remote transmission request (`CAN_RTR_FLAG`); the length of its data is the requested length. */
  remote?: boolean;
  /** An error frame (`CAN_ERR_FLAG`), which the controller makes. */
  error?: boolean;
  /** A CAN FD frame. Default: whether there are more than 8 bytes. */
  fd?: boolean;
  /** In a CAN FD frame, the data is sent at the higher rate (`CANFD_BRS`). */
  bitRateSwitch?: boolean;
  /** In a CAN FD frame, the sender is in the error-passive state (`CANFD_ESI`). */
  errorPassive?: boolean;
}

/** The sizes of `struct can_frame` and `struct canfd_frame`. */
const [CLASSIC_SIZE, FD_SIZE, HEAD] = [16, 72, 8];
/** The lengths that a CAN FD frame may have besides 0 to 8. */
const FD_LENGTHS = [12, 16, 20, 24, 32, 48, 64];

/**
 * Encodes a frame as a `struct can_frame`, or a `struct canfd_frame` for CAN FD. No permission is needed.
 *
 * ```c
 * struct canfd_frame {  // struct can_frame has 8 bytes of data, and no flags
 *   canid_t can_id;   // 0, with CAN_EFF_FLAG, CAN_RTR_FLAG and CAN_ERR_FLAG
 *   __u8    len;      // 4
 *   __u8    flags;    // 5
 *   __u8    __res0;   // 6
 *   __u8    __res1;   // 7
 *   __u8    data[64]; // 8
 * };
 * ```
 *
 * @param frame The frame. The data of a CAN FD frame is padded with zeros to the next valid length.
 * @returns The 16 or 72 bytes.
 * @throws {RangeError} If the identifier has more than 11 or 29 bits, or there is too much data.
 *
 * @see {@link https://docs.kernel.org/networking/can.html | SocketCAN}
 *
 * @example Usage
 * ```ts
 * import { decodeCanFrame, encodeCanFrame } from "@berkeley/sockets/can";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = decodeCanFrame(encodeCanFrame({ id: 0x123, data: new Uint8Array([1, 2, 3]) }));
 * assertEquals([frame.id, frame.data.length, frame.extended], [0x123, 3, false]);
 * ```
 */
export function encodeCanFrame(frame: CanFrame): Uint8Array<ArrayBuffer> {
  checkObject("encode a CAN frame", "the frame", frame);
  const { id, data, remote = false, error = false, bitRateSwitch = false, errorPassive = false } = frame;
  checkBytes(data);
  const fd = frame.fd ?? data.length > 8;
  const extended = frame.extended ?? (id > C.CAN_SFF_MASK && !error);
  within("encode a CAN frame", "identifier", id, extended || error ? C.CAN_EFF_MASK : C.CAN_SFF_MASK);
  within("encode a CAN frame", "length of the data", data.length, fd ? 64 : 8);
  if (fd && remote) throw new TypeError("Cannot encode a remote frame as CAN FD as it has no remote frames");
  const bytes = new Uint8Array(fd ? FD_SIZE : CLASSIC_SIZE);
  const view = new DataView(bytes.buffer);
  const flags = (extended ? C.CAN_EFF_FLAG : 0) + (remote ? C.CAN_RTR_FLAG : 0) + (error ? C.CAN_ERR_FLAG : 0);
  view.setUint32(0, id + flags, HOST_LITTLE_ENDIAN);
  bytes[4] = fd && data.length > 8 ? FD_LENGTHS.find((length) => length >= data.length) ?? 64 : data.length;
  if (fd) bytes[5] = C.CANFD_FDF | (bitRateSwitch ? C.CANFD_BRS : 0) | (errorPassive ? C.CANFD_ESI : 0);
  bytes.set(data, HEAD);
  return bytes;
}

/**
 * Decodes a `struct can_frame` or a `struct canfd_frame`, which differ in length. No permission is needed.
 *
 * @param bytes The structure.
 * @returns The frame; its data is a part of `bytes`.
 * @throws {RangeError} If it is neither 16 nor 72 bytes, or its length does not fit.
 *
 * @example Usage
 * ```ts
 * import { decodeCanFrame, encodeCanFrame } from "@berkeley/sockets/can";
 * import { assertEquals } from "@std/assert";
 *
 * const frame = decodeCanFrame(encodeCanFrame({ id: 0x12345678, data: new Uint8Array(20), bitRateSwitch: true }));
 * assertEquals([frame.id, frame.extended, frame.fd, frame.bitRateSwitch], [0x12345678, true, true, true]);
 * ```
 */
export function decodeCanFrame(bytes: Uint8Array): Required<CanFrame> {
  checkBytes(bytes);
  const fd = bytes.length === FD_SIZE;
  const length = bytes[4] ?? 0;
  if ((!fd && bytes.length !== CLASSIC_SIZE) || length > bytes.length - HEAD) {
    throw new RangeError(`Cannot decode a CAN frame of ${bytes.length} bytes with ${length} bytes of data`);
  }
  const word = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, HOST_LITTLE_ENDIAN);
  const [extended, error] = [(word & C.CAN_EFF_FLAG) !== 0, (word & C.CAN_ERR_FLAG) !== 0];
  const flags = fd ? bytes[5] ?? 0 : 0;
  return {
    id: word & (extended || error ? C.CAN_EFF_MASK : C.CAN_SFF_MASK),
    data: bytes.subarray(HEAD, HEAD + length),
    extended,
    remote: (word & C.CAN_RTR_FLAG) !== 0,
    error,
    fd,
    bitRateSwitch: (flags & C.CANFD_BRS) !== 0,
    errorPassive: (flags & C.CANFD_ESI) !== 0,
  };
}
