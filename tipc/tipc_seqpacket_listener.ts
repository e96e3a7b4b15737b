import { checkArgumentCount } from "../checks/argument_count.ts";
import { Listener } from "../socket/listener.ts";
import type { Socket } from "../socket/socket.ts";
import { listenAt } from "../socket/socket_kind.ts";
import { TIPC_SEQPACKET, type TipcListenOptions } from "./open_tipc.ts";
import { type TipcAddr, tipcAddrCodec } from "./sockaddr_tipc.ts";
import { TipcSeqpacketConn } from "./tipc_seqpacket_conn.ts";

/**
 * A listener for TIPC connections that carry messages of up to 66000 bytes. Its other members are those of
 * {@linkcode Listener} in `./socket`; its `addr` is that of the socket, not the name that it listens at.
 *
 * @see {@link https://docs.kernel.org/networking/tipc.html | TIPC in Linux}
 *
 * @example Usage, if the kernel supports TIPC
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { TipcSeqpacketListener } from "@berkeley/sockets/tipc";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using listener = TipcSeqpacketListener.listen({ service: 1000, lower: 1, upper: 9, scope: "node" });
 *   assert("ref" in listener.addr);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class TipcSeqpacketListener extends Listener<TipcAddr, TipcSeqpacketConn> {
  /**
   * Makes a TIPC listener from a listening socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, tipcAddrCodec, (accepted) => new TipcSeqpacketConn(accepted));
  }

  /**
   * Listens at the name of a service. Permission: `--allow-ffi`.
   *
   * @param options The name, and how to open the socket.
   * @returns The listener.
   * @throws {SystemError} If the kernel refuses, such as `EACCES` for a type below 64.
   */
  static listen(options: TipcListenOptions): TipcSeqpacketListener {
    checkArgumentCount("call listen", arguments.length, "options");
    return new TipcSeqpacketListener(listenAt(TIPC_SEQPACKET, options));
  }
}
