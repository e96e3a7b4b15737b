import { checkArgumentCount } from "../checks/argument_count.ts";
import { C } from "../ffi/constants.ts";
import { Listener } from "../socket/listener.ts";
import type { Socket } from "../socket/socket.ts";
import type { UnixAddr } from "./addr.ts";
import { listenUnix, type UnixListenOptions } from "./open_unix.ts";
import { unixAddrCodec } from "./sockaddr_un.ts";
import { UnixSeqpacketConn } from "./unix_seqpacket_conn.ts";

/**
 * A listener for unix connections that carry messages (`SOCK_SEQPACKET`). Closing it removes its file.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/unix.7.html | unix(7)}
 *
 * @example Usage
 * ```ts
 * import { UnixSeqpacketConn, UnixSeqpacketListener } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = UnixSeqpacketListener.listen({ autobind: true });
 * using client = await UnixSeqpacketConn.connect(listener.addr);
 * using server = await listener.accept();
 * assertEquals(client.remoteAddr, listener.addr);
 * assertEquals(server.remoteAddr, { transport: "unix", path: "" });
 * ```
 */
export class UnixSeqpacketListener extends Listener<UnixAddr, UnixSeqpacketConn> {
  /**
   * Makes a listener from a listening seqpacket socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, unixAddrCodec, (accepted) => new UnixSeqpacketConn(accepted));
  }

  /**
   * Listens on an address. Permission: `--allow-ffi`.
   *
   * @param options The address, and how to listen.
   * @returns The listener.
   * @throws {TypeError} If the options contain no address, or an unknown option.
   * @throws {SystemError} If the address is taken (`EADDRINUSE`), or the kernel refuses, such as `EACCES`.
   */
  static listen(options: UnixListenOptions): UnixSeqpacketListener {
    checkArgumentCount("listen", arguments.length, "{ path, … }");
    return new UnixSeqpacketListener(listenUnix(C.SOCK_SEQPACKET, options));
  }
}
