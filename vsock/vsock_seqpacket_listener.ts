import { checkArgumentCount } from "../checks/argument_count.ts";
import { Listener } from "../socket/listener.ts";
import type { Socket } from "../socket/socket.ts";
import { listenAt } from "../socket/socket_kind.ts";
import { VSOCK_SEQPACKET, type VsockListenOptions } from "./open_vsock.ts";
import { type VsockAddr, vsockAddrCodec } from "./sockaddr_vm.ts";
import { VsockSeqpacketConn } from "./vsock_seqpacket_conn.ts";

/**
 * A listener for vsock connections that carry messages. It inherits its other members from {@linkcode Listener} in
 * `./socket`.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/vsock.7.html | vsock(7)}
 *
 * @example Usage, if the kernel supports vsock
 * ```ts
 * import { isSystemError } from "@berkeley/sockets/ffi";
 * import { VsockSeqpacketListener } from "@berkeley/sockets/vsock";
 * import { assert } from "@std/assert";
 *
 * try {
 *   using listener = VsockSeqpacketListener.listen({});
 *   assert(listener.addr.port >= 1024);
 * } catch (error) {
 *   assert(isSystemError(error), String(error)); // this kernel lacks it
 * }
 * ```
 */
export class VsockSeqpacketListener extends Listener<VsockAddr, VsockSeqpacketConn> {
  /**
   * Makes a vsock listener from a listening socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, vsockAddrCodec, (accepted) => new VsockSeqpacketConn(accepted));
  }

  /**
   * Listens on a port. Permission: `--allow-ffi`.
   *
   * @param options The address, and how to listen.
   * @returns The listener.
   * @throws {SystemError} If the port is taken (`EADDRINUSE`), or below 1024 and this is not root (`EACCES`).
   */
  static listen(options: VsockListenOptions): VsockSeqpacketListener {
    checkArgumentCount("call listen", arguments.length, "options");
    return new VsockSeqpacketListener(listenAt(VSOCK_SEQPACKET, options));
  }
}
