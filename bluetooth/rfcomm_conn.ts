import { checkArgumentCount } from "../checks/argument_count.ts";
import { Conn } from "../socket/conn.ts";
import type { Socket } from "../socket/socket.ts";
import { RFCOMM } from "./_rfcomm.ts";
import { type BluetoothConnectOptions, connectBluetooth } from "./open_bluetooth.ts";
import { type RfcommAddr, rfcommAddrCodec } from "./sockaddr.ts";

/**
 * A connection of RFCOMM: a stream of bytes, as over a serial line. It inherits its other members from {@linkcode Conn}
 * in `./socket`.
 *
 * @example Usage, if there is a controller and another device
 * ```ts
 * import { RfcommConn } from "@berkeley/sockets/bluetooth";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using conn = await RfcommConn.connect({ address: "00:1A:7D:DA:71:13", channel: 3, timeout: 1000 });
 *   await conn.write(new TextEncoder().encode("hello"));
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this machine lacks it
 * }
 * ```
 */
export class RfcommConn extends Conn<RfcommAddr> {
  /**
   * Makes a connection from a connected socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, rfcommAddrCodec);
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
  static async connect(options: BluetoothConnectOptions<RfcommAddr>): Promise<RfcommConn> {
    checkArgumentCount("call connect", arguments.length, "options");
    return new RfcommConn(await connectBluetooth(RFCOMM, options, (address) => ({ address, channel: 0 })));
  }
}
