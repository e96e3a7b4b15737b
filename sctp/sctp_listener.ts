import { checkArgumentCount } from "../checks/argument_count.ts";
import { C } from "../ffi/constants.ts";
import { listenStream } from "../inet/listen_stream.ts";
import type { StreamListenOptions } from "../inet/stream_options.ts";
import { Listener } from "../socket/listener.ts";
import { Socket } from "../socket/socket.ts";
import { SctpConn } from "./sctp_conn.ts";
import { type SctpAddr, sctpAddrCodec } from "./sctp_message.ts";

/**
 * A listener for SCTP connections (one-to-one style). It inherits its other members from {@linkcode Listener} in
 * `./socket`.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/sctp.7.html | sctp(7)}
 *
 * @example Usage, if the kernel supports SCTP
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { SCTP_INITMSG, SctpListener } from "@berkeley/sockets/sctp";
 * import { assert } from "@std/assert";
 *
 * try {
 *   const init = { outboundStreams: 4, maxInboundStreams: 4, maxAttempts: 0, maxTimeout: 0 };
 *   using listener = SctpListener.listen({ configure: (socket) => socket.set(SCTP_INITMSG, init) });
 *   assert(listener.addr.port > 0);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class SctpListener extends Listener<SctpAddr, SctpConn> {
  /**
   * Makes a listener from a listening socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, sctpAddrCodec, (accepted) => new SctpConn(accepted));
  }

  /**
   * Listens on an address. Permission: `--allow-ffi`.
   *
   * @param options The address, and how to listen.
   * @returns The listener.
   * @throws {SystemError} If the kernel refuses: `EPROTONOSUPPORT` without SCTP, `EADDRINUSE`.
   */
  static listen(options: StreamListenOptions): SctpListener {
    checkArgumentCount("call listen", arguments.length, "options");
    return new SctpListener(listenStream((family) => Socket.open(family, C.SOCK_STREAM, C.IPPROTO_SCTP), options));
  }
}
