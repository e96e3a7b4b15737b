import { checkArgumentCount } from "../checks/argument_count.ts";
import { Listener } from "../socket/listener.ts";
import type { Socket } from "../socket/socket.ts";
import { RFCOMM } from "./_rfcomm.ts";
import { RfcommConn } from "./rfcomm_conn.ts";
import { type BluetoothListenOptions, listenBluetooth } from "./open_bluetooth.ts";
import { type RfcommAddr, rfcommAddrCodec } from "./sockaddr.ts";

/**
 * A listener for connections of RFCOMM. It inherits its other members from {@linkcode Listener} in `./socket`.
 *
 * @example Usage, if the kernel supports it
 * ```ts
 * import { RfcommListener } from "@berkeley/sockets/bluetooth";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using listener = RfcommListener.listen({ channel: 3 });
 *   assert(listener.addr.address.length === 17);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class RfcommListener extends Listener<RfcommAddr, RfcommConn> {
  /**
   * Makes a listener from a listening socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, rfcommAddrCodec, (accepted) => new RfcommConn(accepted));
  }

  /**
   * Listens. Permission: `--allow-ffi`.
   *
   * @param options The address, and how to listen.
   * @returns The listener.
   * @throws {SystemError} If the kernel refuses: `EAFNOSUPPORT` without Bluetooth, `EADDRINUSE`.
   */
  static listen(options: BluetoothListenOptions<RfcommAddr>): RfcommListener {
    checkArgumentCount("call listen", arguments.length, "options");
    return new RfcommListener(listenBluetooth(RFCOMM, options));
  }
}
