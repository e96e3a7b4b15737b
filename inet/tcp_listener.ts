import { checkArgumentCount } from "../checks/argument_count.ts";
import { checkOptions, type OptionNames } from "../checks/option_names.ts";
import { Listener } from "../socket/listener.ts";
import type { Socket } from "../socket/socket.ts";
import { openTcp } from "./_open_tcp.ts";
import type { NetAddr } from "./addresses/addr.ts";
import { tcpAddrCodec } from "./addresses/addr_codec.ts";
import { listenStream } from "./listen_stream.ts";
import { STREAM_LISTEN_OPTIONS, type StreamListenOptions } from "./stream_options.ts";
import { TCP_ELSEWHERE, TcpConn } from "./tcp_conn.ts";

/** Options of {@linkcode TcpListener.listen}. */
export interface TcpListenOptions extends StreamListenOptions {
  /**
   * `IPPROTO_MPTCP`: accepts Multipath TCP connections, and plain TCP too.
   *
   * @default {false}
   */
  multipath?: boolean;
}

const TCP_LISTEN_OPTIONS: OptionNames<TcpListenOptions> = { ...STREAM_LISTEN_OPTIONS, multipath: "boolean" };

/**
 * A TCP listener, in the shape of `Deno.TcpListener`. It inherits `accept`, `addr`, iteration and `close` from
 * {@linkcode Listener} in `./socket`.
 *
 * @see {@link https://man7.org/linux/man-pages/man7/tcp.7.html | tcp(7)}
 *
 * @example Usage
 * ```ts
 * import { TcpConn, TcpListener } from "@berkeley/sockets/inet";
 * import { assertEquals } from "@std/assert";
 *
 * using listener = TcpListener.listen({ hostname: "::1", port: 0 });
 * using client = await TcpConn.connect(listener.addr);
 * using server = await listener.accept();
 * assertEquals(server.remoteAddr, client.localAddr);
 * ```
 */
export class TcpListener extends Listener<NetAddr, TcpConn> {
  /**
   * Makes a TCP listener from a listening socket, and takes ownership of it.
   *
   * @param socket The socket.
   */
  constructor(socket: Socket) {
    super(socket, tcpAddrCodec, (accepted) => new TcpConn(accepted));
  }

  /**
   * Listens on an address. Permission: `--allow-ffi`.
   *
   * @param options The address to listen on, and how to listen. Default: a port that the kernel chooses, on all
   * addresses.
   * @returns The listener.
   * @throws {TypeError} If an option is invalid or unknown.
   * @throws {SyntaxError} If the hostname is neither numeric nor `localhost`.
   * @throws {SystemError} If the kernel refuses, such as `EADDRINUSE`.
   */
  static listen(options: TcpListenOptions = {}): TcpListener {
    checkArgumentCount("listen", arguments.length, "{ hostname, port, … }");
    options = checkOptions("listen", options, TCP_LISTEN_OPTIONS, TCP_ELSEWHERE);
    const { multipath = false, ...stream } = options;
    return new TcpListener(listenStream((family) => openTcp(family, multipath), stream));
  }
}
