import { checkArgumentCount } from "../checks/argument_count.ts";
import { listOf } from "../checks/list_of.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import { interfaceIndex } from "../socket/interface_index.ts";
import { CONNECT_OPTIONS, type ConnectOptions, openSocket } from "../socket/open.ts";
import { Socket } from "../socket/socket.ts";
import { SocketOwner } from "../socket/socket_owner.ts";
import type { TransferOptions } from "../socket/transfer.ts";
import { waitOptionsOf } from "../socket/wait_options.ts";
import { BCM_HEAD_SIZE, type BcmMessage, decodeBcmMessage, encodeBcmMessage } from "./bcm_message.ts";
import type { CanFrame } from "./frame.ts";
import { encodeSockaddrCan } from "./sockaddr_can.ts";

/** Options of {@linkcode BcmSocket.connect}. */
export interface BcmConnectOptions extends ConnectOptions {
  /** The interface, by name or index. */
  interface: string | number;
}

/** Which frames {@linkcode BcmSocket.watch} reports. */
export interface BcmWatchOptions {
  /** The identifier. */
  id: number;
  /** The bits of the data to compare: a change in them is reported. Default: every frame is reported. */
  mask?: Uint8Array;
  /** Milliseconds without such a frame after which `RX_TIMEOUT` is reported. Default: never. */
  timeout?: number;
  /** The shortest time between two notifications, in milliseconds; the last value is then reported. Default: 0. */
  interval?: number;
}

const OPTIONS: OptionNames<BcmConnectOptions> = { ...CONNECT_OPTIONS, interface: true };
const WATCH_OPTIONS: OptionNames<BcmWatchOptions> = { id: true, interval: true, mask: true, timeout: true };
/** The kernel takes 256 frames in one message. */
const MAX_MESSAGE = BCM_HEAD_SIZE + 256 * 72;

/**
 * The CAN broadcast manager: the kernel itself sends frames periodically, and reports only frames that change or that
 * stop arriving.
 *
 * @see {@link https://docs.kernel.org/networking/can.html#broadcast-manager-protocol-sockets-sock-dgram | CAN_BCM}
 *
 * @example Send a frame every 100 ms, if there is a bus
 * ```ts
 * import { BcmSocket } from "@berkeley/sockets/can";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using manager = await BcmSocket.connect({ interface: "vcan0" });
 *   await manager.sendEvery(100, [{ id: 0x123, data: new Uint8Array([1]) }]);
 *   await manager.stop(0x123);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this machine lacks it
 * }
 * ```
 */
export class BcmSocket extends SocketOwner {
  /**
   * Opens a broadcast manager socket for an interface. Closing it ends its tasks. Permission: `--allow-ffi`.
   *
   * @param options The interface.
   * @returns The socket.
   * @throws {SystemError} If the kernel lacks it (`EPROTONOSUPPORT`), or there is no such interface (`ENODEV`).
   */
  static async connect(options: BcmConnectOptions): Promise<BcmSocket> {
    checkArgumentCount("call connect", arguments.length, "options");
    options = checkOptions("connect to the broadcast manager", options, OPTIONS);
    const socket = openSocket({ open: () => Socket.open(C.AF_CAN, C.SOCK_DGRAM, C.CAN_BCM) }, options);
    try {
      const { interface: of } = options;
      const index = typeof of === "string" ? interfaceIndex(socket, of) : of;
      await socket.connect(encodeSockaddrCan({ interfaceIndex: index }), {
        ...waitOptionsOf(options),
        address: String(of),
      });
      return new BcmSocket(socket);
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  /**
   * `TX_SETUP`: makes the kernel send frames in turn, periodically.
   *
   * @param interval Milliseconds between two frames.
   * @param frames The frames; the identifier of the first names the task.
   * @param options How long to wait.
   * @throws {TypeError} If there are no frames.
   * @throws {SystemError} If the kernel refuses.
   */
  async sendEvery(interval: number, frames: readonly CanFrame[], options?: TransferOptions): Promise<void> {
    checkArgumentCount("call sendEvery", arguments.length, "interval", "frames", "{ flags, signal, timeout }");
    const [first] = listOf("set up periodic sending", "frames", frames);
    if (first === undefined) throw new TypeError("Cannot set up periodic sending without a frame");
    // Without TX_CP_CAN_ID, which would take the flags of an extended or a remote frame from it.
    const flags = C.SETTIMER | C.STARTTIMER;
    const interval2 = Math.round(interval * 1000);
    await this.send({ opcode: C.TX_SETUP, flags, interval2, id: first.id, frames }, options);
  }

  /** `TX_DELETE`: ends a task of {@linkcode sendEvery}, by its identifier. */
  async stop(id: number, options?: TransferOptions): Promise<void> {
    checkArgumentCount("call stop", arguments.length, "id", "{ flags, signal, timeout }");
    await this.send({ opcode: C.TX_DELETE, id }, options);
  }

  /**
   * `RX_SETUP`: makes the kernel report frames, which {@linkcode receive} returns as `RX_CHANGED` and `RX_TIMEOUT`.
   *
   * @param watch The frames to report.
   * @param options How long to wait.
   */
  async watch(watch: BcmWatchOptions, options?: TransferOptions): Promise<void> {
    checkArgumentCount("call watch", arguments.length, "{ id, mask, … }", "{ flags, signal, timeout }");
    watch = checkOptions("watch", watch, WATCH_OPTIONS);
    const { id, mask, timeout = 0, interval = 0 } = watch;
    const timer = timeout > 0 || interval > 0 ? C.SETTIMER | C.STARTTIMER : 0;
    const flags = timer | (mask === undefined ? C.RX_FILTER_ID : 0);
    const frames = mask === undefined ? [] : [{ id, data: mask }];
    const [interval1, interval2] = [Math.round(timeout * 1000), Math.round(interval * 1000)];
    await this.send({ opcode: C.RX_SETUP, flags, interval1, interval2, id, frames }, options);
  }

  /** `RX_DELETE`: ends a task of {@linkcode watch}, by its identifier. */
  async unwatch(id: number, options?: TransferOptions): Promise<void> {
    checkArgumentCount("call unwatch", arguments.length, "id", "{ flags, signal, timeout }");
    await this.send({ opcode: C.RX_DELETE, id }, options);
  }

  /** Sends any message to the manager, such as `TX_SEND` or `TX_READ`. */
  async send(message: BcmMessage, options?: TransferOptions): Promise<void> {
    checkArgumentCount("call send", arguments.length, "message", "{ flags, signal, timeout }");
    await this.socket.send(encodeBcmMessage(message), options);
  }

  /**
   * Waits for the manager's next message.
   *
   * @param options How long to wait.
   * @returns The message.
   * @throws {SystemError} If the interface goes down (`ENETDOWN`), or the socket is closed (`EBADF`).
   */
  async receive(options?: TransferOptions): Promise<Required<BcmMessage>> {
    checkArgumentCount("call receive", arguments.length, "{ flags, signal, timeout }");
    const bytes = new Uint8Array(MAX_MESSAGE);
    const { length } = await this.socket.recvmsg({ buffers: [bytes] }, options);
    return decodeBcmMessage(bytes.subarray(0, length));
  }
}
