import { checkArgumentCount } from "../checks/argument_count.ts";
import { C } from "../ffi/constants.ts";
import { Listener } from "../socket/listener.ts";
import type { Socket } from "../socket/socket.ts";
import type { UnixAddr } from "./addr.ts";
import { listenUnix, type UnixListenOptions } from "./open_unix.ts";
import { unixAddrCodec } from "./sockaddr_un.ts";
import { UnixConn } from "./unix_conn.ts";

/**
 * A listener for unix connections that carry streams of bytes. Closing it removes its file, unless
 * {@linkcode keepSocketFile} was called.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/unix.7.html | unix(7)}
 *
 * @example Usage
 * ```ts
 * import { UnixConn, UnixListener } from "@berkeley/sockets/unix";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = UnixListener.listen({ autobind: true });
 * using client = await UnixConn.connect(listener.addr);
 * using server = await listener.accept();
 * assertEquals(client.remoteAddr, listener.addr);
 * assertEquals(server.remoteAddr, { transport: "unix", path: "" });
 * ```
 */
export class UnixListener extends Listener<UnixAddr, UnixConn> {
  /**
   * Makes a listener from a listening stream socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, unixAddrCodec, (accepted) => new UnixConn(accepted));
  }

  /**
   * Listens on an address. Permission: `--allow-ffi`.
   *
   * @param options The address, and how to listen.
   * @returns The listener.
   * @throws {TypeError} If the options contain no address, or an unknown option.
   * @throws {SystemError} If the address is taken (`EADDRINUSE`), or the kernel refuses, such as `EACCES`.
   */
  static listen(options: UnixListenOptions): UnixListener {
    checkArgumentCount("listen", arguments.length, "{ path, … }");
    return new UnixListener(listenUnix(C.SOCK_STREAM, options));
  }
}
