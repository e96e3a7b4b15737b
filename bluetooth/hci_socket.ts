import { checkArgumentCount, refuseArguments } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { within } from "../checks/within.ts";
import { C } from "../ffi/constants.ts";
import { HOST_LITTLE_ENDIAN } from "../ffi/sockaddr_layout.ts";
import { OPEN_OPTIONS, type OpenOptions, openSocket } from "../socket/open.ts";
import { type WritableOption, writableOption } from "../socket/option.ts";
import { Socket } from "../socket/socket.ts";
import { SocketOwner } from "../socket/socket_owner.ts";
import type { TransferOptions } from "../socket/transfer.ts";
import { encodeSockaddrHci } from "./sockaddr.ts";
import { untilClosed } from "../socket/until_closed.ts";

/** Options of {@linkcode HciSocket.open}. */
export interface HciOpenOptions extends OpenOptions {
  /** The number of the controller, as in `hci0`. Default: none, for channels that need none. */
  device?: number;
  /**
   * What the socket carries: packets in addition to the kernel's own (`"raw"`), all packets of a controller, which must
   * be down and which the kernel then does not use (`"user"`), a copy of everything (`"monitor"`), or the management of
   * controllers (`"control"`).
   *
   * @default {"raw"}
   */
  channel?: "raw" | "user" | "monitor" | "control";
  /** Which packets a raw socket receives. Default: none. */
  filter?: HciFilter;
}

/** Which packets a raw socket of HCI receives. */
export interface HciFilter {
  /** The types of packets: 4 is an event, 2 data. */
  types: readonly number[];
  /** The codes of events. */
  events: readonly number[];
  /** The only command whose completion and status events are received. Default: all. */
  opcode?: number;
}

const OPTIONS: OptionNames<HciOpenOptions> = { ...OPEN_OPTIONS, device: true, channel: true, filter: true };
const FILTER_FIELDS: OptionNames<HciFilter> = { types: true, events: true, opcode: true };
const CHANNELS = {
  raw: C.HCI_CHANNEL_RAW,
  user: C.HCI_CHANNEL_USER,
  monitor: C.HCI_CHANNEL_MONITOR,
  control: C.HCI_CHANNEL_CONTROL,
};
/** No packet is longer: the head of the monitor, and of data, and 64 KiB. */
const MAX_PACKET = 65_536 + 16;

/**
 * Which packets a raw socket receives.
 *
 * ```c
 * struct hci_ufilter { __u32 type_mask; __u32 event_mask[2]; __le16 opcode; };  // 0, 4, 12; 16 bytes
 * ```
 */
export const HCI_FILTER: WritableOption<HciFilter> = writableOption(
  "SOL_HCI",
  "HCI_FILTER",
  (filter) => {
    const { types, events, opcode = 0 } = checkOptions("set HCI_FILTER", filter, FILTER_FIELDS);
    const view = new DataView(new ArrayBuffer(16));
    const set = (at: number, bit: number): void =>
      view.setUint32(at, view.getUint32(at, HOST_LITTLE_ENDIAN) | 1 << bit, HOST_LITTLE_ENDIAN);
    for (const type of types) set(0, within("set HCI_FILTER", "type", type, 31));
    for (const event of events) {
      within("set HCI_FILTER", "event", event, 0xff);
      set(4 + (event & 32) / 8, event & 31); // the kernel looks at 6 bits
    }
    view.setUint16(12, within("set HCI_FILTER", "opcode", opcode, 0xffff), true);
    return new Uint8Array(view.buffer);
  },
);

/**
 * A socket of the host controller interface (HCI): the packets between this machine and a controller of Bluetooth, or
 * the management of controllers.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/hci.7.html | hci(7)}
 *
 * @example Read the version of the management interface, if the kernel supports it
 * ```ts
 * import { HciSocket } from "@berkeley/sockets/bluetooth";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert, assertEquals } from "@std/assert";
 *
 * try {
 *   using control = HciSocket.open({ channel: "control" });
 *   await control.send(new Uint8Array([1, 0, 0xff, 0xff, 0, 0])); // MGMT_OP_READ_VERSION
 *   const answer = await control.receive();
 *   assertEquals(answer[0], 1); // MGMT_EV_CMD_COMPLETE
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class HciSocket extends SocketOwner implements AsyncIterable<Uint8Array> {
  /**
   * Opens a socket of HCI. Permission: `--allow-ffi`.
   *
   * @param options Which controller, and what passes.
   * @returns The socket.
   * @throws {SystemError} If the kernel lacks Bluetooth (`EAFNOSUPPORT`), there is no such controller (`ENODEV`), it is
   * up (`EBUSY`, on the user channel), or it is not allowed (`EPERM`: CAP_NET_ADMIN).
   */
  static open(options: HciOpenOptions = {}): HciSocket {
    checkArgumentCount("call open", arguments.length, "options");
    options = checkOptions("open a socket of HCI", options, OPTIONS);
    const { device = C.HCI_DEV_NONE, channel = "raw", filter } = options;
    const number = CHANNELS[channel];
    if (number === undefined) {
      throw new TypeError(`Cannot open a socket of HCI: the channel is one of ${Object.keys(CHANNELS).join(", ")}`);
    }
    const sockaddr = encodeSockaddrHci({ device, channel: number });
    const socket = openSocket({
      open: () => Socket.open(C.AF_BLUETOOTH, C.SOCK_RAW, C.BTPROTO_HCI),
      bind: (socket) => {
        if (filter !== undefined) socket.set(HCI_FILTER, filter);
        socket.bind(sockaddr, device === C.HCI_DEV_NONE ? channel : `hci${device} ${channel}`);
      },
    }, options);
    return new HciSocket(socket);
  }

  /**
   * Sends a packet: on the raw and user channels with its type in the first byte, 1 for a command.
   *
   * @param packet The packet.
   * @param options How long to wait.
   * @returns How many bytes were sent: all of them.
   * @throws {SystemError} If the kernel refuses it, such as `ENETDOWN`.
   */
  send(packet: Uint8Array, options?: TransferOptions): Promise<number> {
    if (arguments.length > 2) {
      return refuseArguments("call send", arguments.length, "packet", "{ flags, signal, timeout }");
    }
    return this.socket.send(packet, options);
  }

  /**
   * Waits for a packet and receives it.
   *
   * @param options How long to wait.
   * @returns The packet, whole.
   * @throws {SystemError} If the socket is closed (`EBADF`).
   */
  async receive(options?: TransferOptions): Promise<Uint8Array<ArrayBuffer>> {
    checkArgumentCount("call receive", arguments.length, "{ flags, signal, timeout }");
    const packet = new Uint8Array(MAX_PACKET);
    return packet.slice(0, await this.socket.recv(packet, options));
  }

  /** The packets, until the socket is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return untilClosed(this.socket, () => this.receive());
  }
}
