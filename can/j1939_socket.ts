import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkAddress, checkOptions, type OptionNames } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import type { AddrCodec } from "../socket/addr_codec.ts";
import { controlMessageSpace, decodeControlMessages } from "../socket/control_message.ts";
import { DatagramSocket } from "../socket/datagram_socket.ts";
import { OPEN_OPTIONS, type OpenOptions } from "../socket/open.ts";
import type { Socket } from "../socket/socket.ts";
import { SO_BROADCAST } from "../socket/socket_options.ts";
import {
  type Datagram,
  RECEIVE_OPTIONS,
  type ReceiveOptions,
  type SendOptions,
  transferOptionsOf,
} from "../socket/transfer.ts";
import { openCan } from "./_open_can.ts";
import { type J1939Filter, SO_J1939_FILTER, SO_J1939_PROMISC, SO_J1939_SEND_PRIO } from "./can_options.ts";
import { decodeSockaddrCan, encodeSockaddrCan } from "./sockaddr_can.ts";

/** The sender or the receiver of a J1939 message. */
export interface J1939Addr {
  /** The index of the interface. Default: that of the socket. */
  interfaceIndex: number;
  /** The name of a control function, 64 bits. Default: none. */
  name: bigint;
  /** The address, 0 to 0xfd. Default: 0xff, for all, which needs `broadcast`. */
  address: number;
  /** The parameter group. Default: the one that the socket is bound to. */
  pgn: number;
}

/** Options of {@linkcode J1939Socket.open}. */
export interface J1939OpenOptions extends OpenOptions {
  /** The interface, by name or index. */
  interface: string | number;
  /** The name of this control function, which an address claim ties to an address. Default: none. */
  name?: bigint;
  /** The address of this control function. Default: none; the socket then only receives. */
  address?: number;
  /** The parameter group to receive, and to send by default. Default: all. */
  pgn?: number;
  /** Which messages to receive. Default: all to this address. */
  filters?: readonly J1939Filter[];
  /**
   * Allows sending and receiving messages to all.
   *
   * @default {false}
   */
  broadcast?: boolean;
  /**
   * Also receives messages to others.
   *
   * @default {false}
   */
  promiscuous?: boolean;
  /**
   * The priority of sent messages, 0 (highest) to 7. Below 2 it needs CAP_NET_ADMIN.
   *
   * @default {6}
   */
  priority?: number;
}

/** A message as it was received. */
export interface J1939Message extends Datagram<J1939Addr> {
  /** The address that it was sent to; 0xff is all. */
  destination: number;
  /** Its priority, 0 to 7. */
  priority: number;
}

/** Space for a message and its ancillary data: an address, a name and a priority. */
const [SIZE, CONTROL_SIZE] = [65_536, controlMessageSpace(1) + controlMessageSpace(8) + controlMessageSpace(1)];
const OPTIONS: OptionNames<J1939OpenOptions> = {
  ...OPEN_OPTIONS,
  interface: true,
  name: true,
  address: true,
  pgn: true,
  filters: true,
  broadcast: "boolean",
  promiscuous: "boolean",
  priority: true,
};
const J1939_ADDR: OptionNames<J1939Addr> = { address: true, interfaceIndex: true, name: true, pgn: true };

const j1939AddrCodec: AddrCodec<J1939Addr, Partial<J1939Addr>> = {
  encode: (addr) => {
    checkAddress("sockaddr_can", addr, J1939_ADDR);
    const { interfaceIndex = 0, name = 0n, pgn = C.J1939_NO_PGN, address = C.J1939_NO_ADDR } = addr;
    return encodeSockaddrCan({ interfaceIndex, j1939: { name, pgn, address } });
  },
  decode: (sockaddr) => {
    const { interfaceIndex, j1939 } = decodeSockaddrCan(sockaddr);
    return { interfaceIndex, ...j1939 ?? { name: 0n, pgn: C.J1939_NO_PGN, address: C.J1939_NO_ADDR } };
  },
  format: ({ address, pgn }) => `j1939:${hex(address ?? C.J1939_NO_ADDR)}:${hex(pgn ?? C.J1939_NO_PGN)}`,
};

/**
 * An SAE J1939 socket: messages of parameter groups on the CAN bus of a heavy vehicle, up to 1785 bytes, or longer with
 * the extended transport protocol. It inherits iteration and more from {@linkcode DatagramSocket}.
 *
 * @see {@link https://docs.kernel.org/networking/j1939.html | J1939 in Linux}
 *
 * @example Send a parameter group, if there is a bus
 * ```ts
 * import { J1939Socket } from "@berkeley/sockets/can";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using unit = J1939Socket.open({ interface: "vcan0", address: 0x20 });
 *   await unit.send(new Uint8Array(100), { addr: { address: 0x30, pgn: 0x12300 } });
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this machine lacks it, or nobody at 0x30
 * }
 * ```
 */
export class J1939Socket extends DatagramSocket<J1939Addr, Partial<J1939Addr>> {
  /**
   * Waits for a message and receives it.
   *
   * @param options A buffer for its bytes, and how long to wait. The default buffer has 64 KiB. J1939 has no flags.
   * @returns The message.
   * @throws {SystemError} If the interface goes down (`ENETDOWN`), or the socket is closed (`EBADF`).
   */
  override async receive(options: ReceiveOptions = {}): Promise<J1939Message> {
    checkArgumentCount("call receive", arguments.length, "{ buffer, flags, signal, timeout }");
    options = checkOptions("receive", options, RECEIVE_OPTIONS);
    const { buffer } = options;
    const space = buffer ?? new Uint8Array(SIZE);
    // recvfrom(2) with MSG_TRUNC, as elsewhere, is refused here.
    const message = await this.socket.recvmsg(
      { buffers: [space], controlLength: CONTROL_SIZE },
      transferOptionsOf(options),
    );
    const { length, flags, sockaddr, control } = message;
    const messages = decodeControlMessages(control);
    const byteOf = (type: number): number | undefined => messages.find((message) => message.type === type)?.data[0];
    return {
      data: buffer === undefined ? space.slice(0, length) : space.subarray(0, length),
      addr: j1939AddrCodec.decode(sockaddr),
      truncated: (flags & C.MSG_TRUNC) !== 0,
      destination: byteOf(C.SCM_J1939_DEST_ADDR) ?? C.J1939_NO_ADDR,
      priority: byteOf(C.SCM_J1939_PRIO) ?? 0,
    };
  }

  /**
   * Waits for room in the send buffer and sends a message. Wait for one that is longer than the buffer before you send
   * the next: until then, the kernel takes nothing else (`EIO`).
   *
   * @param data The message; it must not change until the promise is settled.
   * @param options The destination, and how long to wait for room each time.
   * @returns How many bytes were sent: all of them.
   * @throws {SystemError} If the kernel refuses, such as `EACCES` for a message to all without `broadcast`.
   */
  override async send(data: Uint8Array, options?: SendOptions<Partial<J1939Addr>>): Promise<number> {
    checkArgumentCount("call send", arguments.length, "data", "{ addr, … }");
    let sent = await super.send(data, options);
    // The kernel takes as much as there is room for, and then expects the rest.
    while (sent < data.length) sent += await super.send(data.subarray(sent), options);
    return sent;
  }

  /**
   * Opens a J1939 socket. Permission: `--allow-ffi`.
   *
   * @param options The interface, the local address, and what to receive.
   * @returns The socket.
   * @throws {RangeError} If a number does not fit its field.
   * @throws {SystemError} If the kernel lacks J1939 (`EPROTONOSUPPORT`), or there is no such interface (`ENODEV`).
   */
  static open(options: J1939OpenOptions): J1939Socket {
    checkArgumentCount("call open", arguments.length, "options");
    options = checkOptions("open a J1939 socket", options, OPTIONS);
    const { filters, broadcast, promiscuous, priority } = options;
    const prepare = (socket: Socket): void => {
      if (filters !== undefined) socket.set(SO_J1939_FILTER, filters);
      if (broadcast !== undefined) socket.set(SO_BROADCAST, broadcast);
      if (promiscuous !== undefined) socket.set(SO_J1939_PROMISC, promiscuous);
      if (priority !== undefined) socket.set(SO_J1939_SEND_PRIO, priority);
    };
    const { name = 0n, pgn = C.J1939_NO_PGN, address = C.J1939_NO_ADDR } = options;
    const bind = (socket: Socket, interfaceIndex: number): void =>
      socket.bind(encodeSockaddrCan({ interfaceIndex, j1939: { name, pgn, address } }), String(options.interface));
    const socket = openCan(C.SOCK_DGRAM, C.CAN_J1939, options.interface, options, prepare, bind);
    return new J1939Socket(socket, j1939AddrCodec);
  }
}

function hex(number: number): string {
  return number.toString(16);
}
