import { checkArgumentCount } from "../checks/argument_count.ts";
import { SeqpacketConn } from "../socket/seqpacket_conn.ts";
import type { Socket } from "../socket/socket.ts";
import { SCO } from "./_sco.ts";
import { type BluetoothConnectOptions, connectBluetooth } from "./open_bluetooth.ts";
import { type ScoAddr, scoAddrCodec } from "./sockaddr.ts";

/**
 * A connection of SCO: frames of sound, at a steady rate. It inherits its other members from {@linkcode SeqpacketConn}
 * in `./socket`.
 *
 * @example Usage, if there is a controller and another device
 * ```ts
 * import { ScoConn } from "@berkeley/sockets/bluetooth";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using conn = await ScoConn.connect({ address: "00:1A:7D:DA:71:13", timeout: 1000 });
 *   await conn.send(new TextEncoder().encode("hello"));
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this machine lacks it
 * }
 * ```
 */
export class ScoConn extends SeqpacketConn<ScoAddr> {
  /**
   * Makes a connection from a connected socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, scoAddrCodec);
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
  static async connect(options: BluetoothConnectOptions<ScoAddr>): Promise<ScoConn> {
    checkArgumentCount("call connect", arguments.length, "options");
    return new ScoConn(await connectBluetooth(SCO, options, (address) => ({ address })));
  }
}
