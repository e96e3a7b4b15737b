import { checkArgumentCount } from "../checks/argument_count.ts";
import { SeqpacketConn } from "../socket/seqpacket_conn.ts";
import type { Socket } from "../socket/socket.ts";
import { L2CAP } from "./_l2cap.ts";
import { type BluetoothConnectOptions, connectBluetooth } from "./open_bluetooth.ts";
import { type L2capAddr, l2capAddrCodec } from "./sockaddr.ts";

/**
 * A connection of L2CAP: messages, in order. It inherits its other members from {@linkcode SeqpacketConn} in
 * `./socket`.
 *
 * @example Usage, if there is a controller and another device
 * ```ts
 * import { L2capConn } from "@berkeley/sockets/bluetooth";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using conn = await L2capConn.connect({ address: "00:1A:7D:DA:71:13", psm: 0x1001, timeout: 1000 });
 *   await conn.send(new TextEncoder().encode("hello"));
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this machine lacks it
 * }
 * ```
 */
export class L2capConn extends SeqpacketConn<L2capAddr> {
  /**
   * Makes a connection from a connected socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, l2capAddrCodec);
  }

  /**
   * Connects to a device. Permission: `--allow-ffi`.
   *
   * @param options The device, and how to connect.
   * @returns The connection.
   * @throws {SyntaxError} If the address is invalid.
   * @throws {SystemError} If it fails: `EAFNOSUPPORT` on a kernel without Bluetooth, `EHOSTUNREACH` without a
   * controller, `EHOSTDOWN` if the device does not answer, `ECONNREFUSED` if no socket listens.
   */
  static async connect(options: BluetoothConnectOptions<L2capAddr>): Promise<L2capConn> {
    checkArgumentCount("call connect", arguments.length, "options");
    return new L2capConn(
      await connectBluetooth(L2CAP, options, (address) => ({ address, addressType: options.addressType ?? "bredr" })),
    );
  }
}
