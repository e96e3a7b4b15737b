import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { controlMessageSpace, decodeControlMessages } from "../socket/control_message.ts";
import { OPEN_OPTIONS, type OpenOptions } from "../socket/open.ts";
import type { Socket } from "../socket/socket.ts";
import { SO_TIMESTAMPNS } from "../socket/socket_options.ts";
import { SocketOwner } from "../socket/socket_owner.ts";
import type { TransferOptions } from "../socket/transfer.ts";
import { openCan } from "./_open_can.ts";
import {
  CAN_RAW_ERR_FILTER,
  CAN_RAW_FD_FRAMES,
  CAN_RAW_FILTER,
  CAN_RAW_LOOPBACK,
  CAN_RAW_RECV_OWN_MSGS,
  type CanFilter,
} from "./can_options.ts";
import { type CanFrame, decodeCanFrame, encodeCanFrame } from "./frame.ts";
import { decodeSockaddrCan, encodeSockaddrCan } from "./sockaddr_can.ts";
import { untilClosed } from "../socket/until_closed.ts";

/** Options of {@linkcode CanSocket.open}. */
export interface CanOpenOptions extends OpenOptions {
  /** The interface, by name or index. Default: all, for receiving. */
  interface?: string | number;
  /** Which frames to receive. Default: all data frames. */
  filters?: readonly CanFilter[];
  /**
   * Which classes of error frames to receive too: `CAN_ERR_MASK` for all.
   *
   * @default {0}
   */
  errors?: number;
  /**
   * Also sends and receives CAN FD frames.
   *
   * @default {false}
   */
  fd?: boolean;
  /**
   * Other sockets on this machine receive what this one sends.
   *
   * @default {true}
   */
  loopback?: boolean;
  /**
   * This socket receives what it sends itself, once it has been on the bus.
   *
   * @default {false}
   */
  receiveOwn?: boolean;
  /**
   * Received frames have a `timestamp`.
   *
   * @default {false}
   */
  timestamps?: boolean;
}

const OPTIONS: OptionNames<CanOpenOptions> = {
  ...OPEN_OPTIONS,
  interface: true,
  filters: true,
  errors: true,
  fd: "boolean",
  loopback: "boolean",
  receiveOwn: "boolean",
  timestamps: "boolean",
};

/** A frame as it was received. */
export interface ReceivedCanFrame extends Required<CanFrame> {
  /** The interface that it arrived on. */
  interfaceIndex: number;
  /** Whether a socket of this machine sent it. */
  local: boolean;
  /** Whether this socket sent it. */
  own: boolean;
  /** When it arrived, in nanoseconds since 1970, if `timestamp` was requested. */
  timestamp?: bigint;
}

/** `sizeof(struct canfd_frame)`, and space for a `struct timespec`. */
const [FRAME_SIZE, CONTROL_SIZE] = [72, controlMessageSpace(16)];

/**
 * A raw CAN socket: the frames of a bus.
 *
 * @see {@link https://docs.kernel.org/networking/can.html | SocketCAN}
 *
 * @example Send a frame, if there is a bus
 * ```ts
 * import { CanSocket } from "@berkeley/sockets/can";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using bus = CanSocket.open({ interface: "vcan0", filters: [{ id: 0x100, mask: 0x700 }] });
 *   await bus.send({ id: 0x123, data: new Uint8Array([1, 2, 3]) });
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this machine lacks it
 * }
 * ```
 */
export class CanSocket extends SocketOwner implements AsyncIterable<ReceivedCanFrame> {
  /**
   * Opens a raw CAN socket. Permission: `--allow-ffi`.
   *
   * @param options The interface, and the frames to receive.
   * @returns The socket.
   * @throws {SystemError} If the kernel lacks CAN (`EAFNOSUPPORT`), or there is no such interface (`ENODEV`).
   */
  static open(options: CanOpenOptions = {}): CanSocket {
    checkArgumentCount("call open", arguments.length, "options");
    options = checkOptions("open a CAN socket", options, OPTIONS);
    const { filters, errors, fd, loopback, receiveOwn, timestamps } = options;
    const prepare = (socket: Socket): void => {
      if (filters !== undefined) socket.set(CAN_RAW_FILTER, filters);
      if (errors !== undefined) socket.set(CAN_RAW_ERR_FILTER, errors);
      if (fd !== undefined) socket.set(CAN_RAW_FD_FRAMES, fd);
      if (loopback !== undefined) socket.set(CAN_RAW_LOOPBACK, loopback);
      if (receiveOwn !== undefined) socket.set(CAN_RAW_RECV_OWN_MSGS, receiveOwn);
      if (timestamps !== undefined) socket.set(SO_TIMESTAMPNS, timestamps);
    };
    const bind = (socket: Socket, interfaceIndex: number): void =>
      socket.bind(encodeSockaddrCan({ interfaceIndex }), String(options.interface ?? "any"));
    return new CanSocket(openCan(C.SOCK_RAW, C.CAN_RAW, options.interface ?? 0, options, prepare, bind));
  }

  /**
   * Waits for room in the interface's queue and sends a frame.
   *
   * @param frame The frame.
   * @param options How long to wait.
   * @throws {RangeError} If the frame is invalid.
   * @throws {SystemError} If the kernel refuses, such as `EINVAL` for a CAN FD frame without `fd`, or `ENETDOWN`.
   */
  async send(frame: CanFrame, options?: TransferOptions): Promise<void> {
    checkArgumentCount("call send", arguments.length, "frame", "{ flags, signal, timeout }");
    await this.socket.send(encodeCanFrame(frame), options);
  }

  /**
   * Waits for a frame and receives it.
   *
   * @param options How long to wait.
   * @returns The frame.
   * @throws {SystemError} If the interface goes down (`ENETDOWN`), or the socket is closed (`EBADF`).
   */
  async receive(options?: TransferOptions): Promise<ReceivedCanFrame> {
    checkArgumentCount("call receive", arguments.length, "{ flags, signal, timeout }");
    const bytes = new Uint8Array(FRAME_SIZE);
    const space = { buffers: [bytes], controlLength: CONTROL_SIZE };
    const { length, flags, sockaddr, control } = await this.socket.recvmsg(space, options);
    const frame: ReceivedCanFrame = {
      ...decodeCanFrame(bytes.subarray(0, length)),
      interfaceIndex: decodeSockaddrCan(sockaddr).interfaceIndex,
      local: (flags & C.MSG_DONTROUTE) !== 0,
      own: (flags & C.MSG_CONFIRM) !== 0,
    };
    const [stamp] = decodeControlMessages(control);
    if (stamp !== undefined) {
      // struct timespec { time_t tv_sec; long tv_nsec; };
      const view = new DataView(stamp.data.buffer, stamp.data.byteOffset);
      frame.timestamp = view.getBigInt64(0, HOST_LITTLE_ENDIAN) * 1_000_000_000n +
        view.getBigInt64(8, HOST_LITTLE_ENDIAN);
    }
    return frame;
  }

  /** The frames, until the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ReceivedCanFrame> {
    return untilClosed(this.socket, () => this.receive());
  }
}
