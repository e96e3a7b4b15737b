import { within } from "../checks/within.ts";
import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { C } from "../ffi/constants.ts";
import type { AddrCodec } from "../socket/addr_codec.ts";
import { DatagramSocket } from "../socket/datagram_socket.ts";
import { OPEN_OPTIONS, type OpenOptions } from "../socket/open.ts";
import type { Socket } from "../socket/socket.ts";
import { openCan } from "./_open_can.ts";
import { type CanAddr, decodeSockaddrCan, encodeSockaddrCan } from "./sockaddr_can.ts";

/** Options of {@linkcode IsotpSocket.open}. */
export interface IsotpOpenOptions extends OpenOptions {
  /** The interface, by name or index. */
  interface: string | number;
  /** The identifier to receive; one above 0x7ff has 29 bits. */
  rxId: number;
  /** The identifier to send; one above 0x7ff has 29 bits. */
  txId: number;
}

const OPTIONS: OptionNames<IsotpOpenOptions> = { ...OPEN_OPTIONS, interface: true, rxId: true, txId: true };

const isotpAddrCodec: AddrCodec<CanAddr> = {
  encode: () => {
    throw new TypeError("Cannot send over ISO-TP to an address: the identifiers are given to open()");
  },
  decode: decodeSockaddrCan,
  format: ({ interfaceIndex }) => `can:${interfaceIndex}`,
};

/**
 * ISO-TP (ISO 15765-2): messages of up to 8300 bytes between two identifiers on a CAN bus, as used for diagnostics. It
 * inherits `send`, `receive` and iteration from {@linkcode DatagramSocket}; `send` takes no address.
 *
 * Use `configure` to set {@linkcode CAN_ISOTP_OPTS} and related options, such as those for padding and CAN FD.
 *
 * @see {@link https://docs.kernel.org/networking/iso15765-2.html | ISO 15765-2 in Linux}
 *
 * @example Query a control unit, if there is a bus
 * ```ts
 * import { IsotpSocket } from "@berkeley/sockets/can";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using unit = IsotpSocket.open({ interface: "vcan0", txId: 0x7e0, rxId: 0x7e8 });
 *   await unit.send(new Uint8Array([0x3e, 0x00])); // TesterPresent
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this machine lacks it
 * }
 * ```
 */
export class IsotpSocket extends DatagramSocket<CanAddr> {
  /**
   * Opens an ISO-TP socket. Permission: `--allow-ffi`.
   *
   * @param options The interface, and both identifiers.
   * @returns The socket.
   * @throws {RangeError} If an identifier has more than 29 bits.
   * @throws {SystemError} If the kernel lacks ISO-TP (`EPROTONOSUPPORT`), or there is no such interface (`ENODEV`).
   */
  static open(options: IsotpOpenOptions): IsotpSocket {
    checkArgumentCount("call open", arguments.length, "options");
    options = checkOptions("open an ISO-TP socket", options, OPTIONS);
    const [rxId, txId] = [withFlag(options.rxId), withFlag(options.txId)];
    const bind = (socket: Socket, interfaceIndex: number): void =>
      socket.bind(encodeSockaddrCan({ interfaceIndex, isotp: { rxId, txId } }), String(options.interface));
    const socket = openCan(C.SOCK_DGRAM, C.CAN_ISOTP, options.interface, options, () => {}, bind);
    return new IsotpSocket(socket, isotpAddrCodec);
  }
}

/** An identifier of more than 11 bits has 29. */
function withFlag(id: number): number {
  within("open an ISO-TP socket", "identifier", id, C.CAN_EFF_MASK);
  return id > C.CAN_SFF_MASK ? id + C.CAN_EFF_FLAG : id;
}
