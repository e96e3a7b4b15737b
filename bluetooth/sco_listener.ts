import { checkArgumentCount } from "../checks/argument_count.ts";
import { Listener } from "../socket/listener.ts";
import type { Socket } from "../socket/socket.ts";
import { SCO } from "./_sco.ts";
import { ScoConn } from "./sco_conn.ts";
import { type BluetoothListenOptions, listenBluetooth } from "./open_bluetooth.ts";
import { type ScoAddr, scoAddrCodec } from "./sockaddr.ts";

/**
 * A listener for connections of SCO. It inherits its other members from {@linkcode Listener} in `./socket`.
 *
 * @example Usage, if the kernel supports it
 * ```ts
 * import { ScoListener } from "@berkeley/sockets/bluetooth";
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using listener = ScoListener.listen({});
 *   assert(listener.addr.address.length === 17);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class ScoListener extends Listener<ScoAddr, ScoConn> {
  /**
   * Makes a listener from a listening socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, scoAddrCodec, (accepted) => new ScoConn(accepted));
  }

  /**
   * Listens. Permission: `--allow-ffi`.
   *
   * @param options The address, and how to listen.
   * @returns The listener.
   * @throws {SystemError} If the kernel refuses: `EAFNOSUPPORT` without Bluetooth, `EADDRINUSE`.
   */
  static listen(options: BluetoothListenOptions<ScoAddr>): ScoListener {
    checkArgumentCount("call listen", arguments.length, "options");
    return new ScoListener(listenBluetooth(SCO, options));
  }
}
