import { checkArgumentCount } from "../checks/argument_count.ts";
import { Listener } from "../socket/listener.ts";
import type { Socket } from "../socket/socket.ts";
import { L2CAP } from "./_l2cap.ts";
import { L2capConn } from "./l2cap_conn.ts";
import { type BluetoothListenOptions, listenBluetooth } from "./open_bluetooth.ts";
import { type L2capAddr, l2capAddrCodec } from "./sockaddr.ts";

/**
 * A listener for connections of L2CAP. It inherits its other members from {@linkcode Listener} in `./socket`.
 *
 * @example Usage, if the kernel supports it
 * ```ts
 * import { L2capListener } from "@berkeley/sockets/bluetooth";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using listener = L2capListener.listen({ psm: 0x1001 });
 *   assert(listener.addr.address.length === 17);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class L2capListener extends Listener<L2capAddr, L2capConn> {
  /**
   * Makes a listener from a listening socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, l2capAddrCodec, (accepted) => new L2capConn(accepted));
  }

  /**
   * Listens. Permission: `--allow-ffi`.
   *
   * @param options The address, and how to listen.
   * @returns The listener.
   * @throws {SystemError} If the kernel refuses: `EAFNOSUPPORT` without Bluetooth, `EADDRINUSE`.
   */
  static listen(options: BluetoothListenOptions<L2capAddr>): L2capListener {
    checkArgumentCount("call listen", arguments.length, "options");
    return new L2capListener(listenBluetooth(L2CAP, options));
  }
}
